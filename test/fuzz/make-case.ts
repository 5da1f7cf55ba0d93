/** A seed and a number → a case, the same one every time. */

import { type Random, randomSource } from '../support/random.ts';
import type { ClientSide, FuzzCase, Kind } from './fuzz-case.ts';
import { handshake, request, response, switching } from './messages.ts';
import { mutated, split } from './mutate.ts';

export function makeCase(seed: number, number: number, kind: Kind): FuzzCase {
  // 0x9e3779b1 is 2³² over the golden ratio: neighbours get seeds that are far apart.
  const random = randomSource(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const name = `k${number}e`;
  switch (kind) {
    case 'requests':
      return { kind, name, ...brokenRequests(name, random) };
    case 'responses':
      return { kind, name, ...brokenResponses(name, random) };
    case 'handshakes':
      return { kind, name, ...brokenHandshakes(name, random) };
  }
}

type Sides = Pick<FuzzCase, 'client' | 'answers'>;

/** Up to three requests behind one another, mutated as one text; the upstream is in order. */
function brokenRequests(name: string, random: Random): Sides {
  const count = random.pick([1, 1, 1, 2, 2, 3]);
  const texts = Array.from({ length: count }, () => request(name, random).text);
  return { client: clientSide(mutated(texts.join(''), random), random), answers: [] };
}

/** One or two requests in order; the upstream's first answer is mutated. */
function brokenResponses(name: string, random: Random): Sides {
  const first = request(name, random);
  const second = random.chance(0.5) ? request(name, random).text : '';
  const { text, isClosing } = response(name, first.method, random);
  const doubled = random.chance(0.05) ? text + text : text;
  const end = isClosing || random.chance(0.25) ? random.pick(['fin', 'fin', 'rst'] as const) : 'stay';
  return {
    client: { ...clientSide('', random), ...paced(first.text, second, random) },
    answers: [
      {
        when: random.chance(0.1) ? 'head' : 'request',
        packets: split(mutated(doubled, random), random),
        end,
      },
    ],
  };
}

/** One after the other, or without waiting. */
function paced(first: string, second: string, random: Random): Pick<ClientSide, 'packets' | 'second'> {
  return random.chance(0.3) ? { packets: [first, second], second: '' } : { packets: [first], second };
}

function brokenHandshakes(name: string, random: Random): Sides {
  const [asked, answered] = [handshake(name, random), switching(random)];
  const isRequest = random.chance(0.5);
  const end = random.pick(['stay', 'stay', 'fin', 'rst'] as const);
  const packets = split(isRequest ? answered : mutated(answered, random), random);
  return {
    client: clientSide(isRequest ? mutated(asked, random) : asked, random),
    answers: [{ when: 'request', packets, end }],
  };
}

function clientSide(text: string, random: Random): ClientSide {
  return {
    packets: split(text, random),
    second: '',
    probe: random.chance(0.6) ? 'at once' : 'later',
    leave: random.chance(0.5) ? 'fin' : 'rst',
  };
}
