/** The smallest case that still breaks the same invariant, as far as a few hundred tries go. */

import type { Answer, FuzzCase } from './fuzz-case.ts';
import { playAlone } from './run.ts';

const mostTries = 300;
const mostMs = 60_000;

export async function shrunk(fuzzCase: FuzzCase, broken: readonly string[]): Promise<FuzzCase> {
  const wanted = new Set(broken.map(nameOf));
  const giveUp = performance.now() + mostMs;
  let [best, tries] = [fuzzCase, 0];
  const better = async (candidate: FuzzCase) => {
    if (tries >= mostTries || performance.now() > giveUp) return false;
    tries += 1;
    const isStill = (await playAlone(candidate)).some((what) => wanted.has(nameOf(what)));
    if (isStill) best = candidate;
    return isStill;
  };
  await better(joined(best));
  for (const side of [...sides(best)].reverse()) {
    for (let size = Math.ceil(side.text(best).length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < side.text(best).length; ) {
        const text = side.text(best);
        if (!(await better(side.with(best, text.slice(0, at) + text.slice(at + size))))) at += size;
      }
    }
  }
  return best;
}

function nameOf(violation: string): string {
  return violation.split(':')[0] ?? '';
}

/** Without splits, where they do not matter. */
function joined(fuzzCase: FuzzCase): FuzzCase {
  return sides(fuzzCase).reduce((result, side) => side.with(result, side.text(result)), fuzzCase);
}

interface Side {
  readonly text: (fuzzCase: FuzzCase) => string;
  readonly with: (fuzzCase: FuzzCase, text: string) => FuzzCase;
}

function sides({ answers }: FuzzCase): Side[] {
  const client: Side = {
    text: (fuzzCase) => fuzzCase.client.packets.join(''),
    with: (fuzzCase, text) => ({ ...fuzzCase, client: { ...fuzzCase.client, packets: [text] } }),
  };
  return [client, ...answers.map((_, i) => answerSide(i))];
}

function answerSide(index: number): Side {
  const change = (answer: Answer, text: string) => ({ ...answer, packets: [text] });
  return {
    text: (fuzzCase) => fuzzCase.answers[index]?.packets.join('') ?? '',
    with: (fuzzCase, text) => ({
      ...fuzzCase,
      answers: fuzzCase.answers.map((answer, i) => (i === index ? change(answer, text) : answer)),
    }),
  };
}
