/**
 * Mutations of a message that is valid, in the manner of the HTTP Garden (Kallus et al., 2024): on bytes, on tokens, on
 * lines, on fields, on line ends, on numbers. What stays valid is as welcome as what does not.
 */

import type { Random } from '../support/random.ts';
import { lines, numbers, tokens } from './vocabulary.ts';

type Mutator = (text: string, random: Random) => string;

/** `text` with one to six mutations; in one of twenty cases it stays as it is. */
export function mutated(text: string, random: Random): string {
  let out = text;
  let left = random.chance(0.05) ? 0 : 1;
  while (left > 0) {
    out = random.pick(mutators)(out, random);
    left = random.chance(0.35) ? left : left - 1;
    // A text of megabytes says nothing that one of kilobytes does not.
    if (out.length > 200_000) return out.slice(0, 200_000);
  }
  return out;
}

/** `text` in up to five pieces, or byte by byte. */
export function split(text: string, random: Random): string[] {
  if (text.length < 300 && random.chance(0.03)) return [...text];
  if (random.chance(0.5)) return [text];
  const cuts = Array.from({ length: 1 + random.below(4) }, () => random.below(text.length + 1));
  const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
  return edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
}

const bytes: Mutator = (text, random) => {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + 1 + (random.chance(0.2) ? random.below(20) : 0));
  const piece = text.slice(at, end);
  const other = String.fromCharCode(random.below(256));
  const replaced = random.pick(['', piece + piece, other, piece + other, piece.split('').reverse().join('')]);
  return text.slice(0, at) + replaced + text.slice(end);
};

const words: Mutator = (text, random) =>
  onOneOf(text.split(/(?<=[^A-Za-z0-9-])|(?=[^A-Za-z0-9-])/), random, (word) =>
    random.pick([
      '',
      word + word,
      random.pick(tokens),
      word + random.pick(tokens),
      random.pick(tokens) + word,
    ]),
  );

const wholeLines: Mutator = (text, random) =>
  onOneOf(linesOf(text), random, (line) => {
    const other = `${random.pick(lines)}\r\n`;
    return random.pick(['', line + line, other, line + other, other + line, line.trimEnd()]);
  });

const swappedLines: Mutator = (text, random) => {
  const all = linesOf(text);
  const [a, b] = [random.below(all.length), random.below(all.length)];
  return all.map((line, i) => (i === a ? all[b] : i === b ? all[a] : line)).join('');
};

const fields: Mutator = (text, random) =>
  onOneOf(linesOf(text), random, (line) => {
    const colon = line.indexOf(':');
    if (colon === -1) return line;
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    return `${random.pick([
      `${name} : ${value}`,
      ` ${name}: ${value}`,
      `${name}:${value}`,
      `${name}:\t ${value} \t`,
      `${name}: ${value}\r\n ${value}`,
      `${name}:\r\n ${value}`,
      `${name}: ${value}, ${value}`,
      `${name}: ${value}\r\n${name}: ${random.pick(tokens)}`,
      `${name}: ${random.pick(tokens)}`,
      `${name}: "${value}"`,
      `${name.toUpperCase()}: ${value.toUpperCase()}`,
      `${name}: `,
      `: ${value}`,
    ])}\r\n`;
  });

const lineEnds: Mutator = (text, random) => {
  const end = random.pick(['\n', '\r', '\r\r\n', '\n\r', '\r\n\r\n', '\r\n ', '']);
  if (random.chance(0.2)) return text.replaceAll('\r\n', end);
  return onOneOf(text.split(/(?<=\r\n)/), random, (line) => line.replace('\r\n', end));
};

const digits: Mutator = (text, random) =>
  onOneOf(text.split(/(?<=[^0-9])(?=[0-9])|(?<=[0-9])(?=[^0-9])/), random, (piece) =>
    /^[0-9]+$/.test(piece) ? random.pick([...numbers, `${Number(piece) + 1}`, `0${piece}`]) : piece,
  );

const cut: Mutator = (text, random) => text.slice(0, random.below(text.length + 1));

const floods: Mutator = (text, random) => {
  if (random.chance(0.7)) return text;
  const times = random.pick([40, 1100, 3000]);
  return onOneOf(linesOf(text), random, (line) =>
    random.chance(0.5) ? line.repeat(times) : line.replace(/(?=\r?\n|$)/, 'a'.repeat(25 * times)),
  );
};

/** Twice those that reach deepest. */
const mutators: readonly [Mutator, ...Mutator[]] = [
  bytes,
  bytes,
  words,
  words,
  wholeLines,
  wholeLines,
  swappedLines,
  fields,
  fields,
  lineEnds,
  digits,
  digits,
  cut,
  floods,
];

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

function onOneOf(pieces: readonly string[], random: Random, change: (piece: string) => string): string {
  const at = random.below(pieces.length);
  return pieces.map((piece, i) => (i === at ? change(piece) : piece)).join('');
}
