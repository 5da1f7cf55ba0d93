/** How to mend a value of the wrong shape, ready to paste where one can be guessed. */

import type { JsonNode } from './node.ts';
import type { LeafShape, Shape } from './shape.ts';
import { nearest } from './suggest.ts';

export function leafMend(node: JsonNode, shape: Shape): string {
  const leaves = leavesOf(shape);
  // Quotes around 5 make no URL of it: where there is an example, it is nearer to what was meant.
  const guesses = shape.about.examples === undefined ? [guessed, quoted] : [guessed];
  for (const guess of guesses) {
    const text = leaves.map((leaf) => guess(node, leaf)).find((mend) => mend !== undefined);
    if (text !== undefined) return text;
  }
  return fallbackMend(node, shape, leaves);
}

/** What may stand here beside objects and lists. */
function leavesOf(shape: Shape): readonly LeafShape[] {
  if (shape.kind === 'leaf') return [shape];
  return shape.kind === 'choice' ? shape.options.filter((option) => option.kind === 'leaf') : [];
}

function guessed(node: JsonNode, leaf: LeafShape): string | undefined {
  if (node.kind === 'text')
    return leaf.type === 'text' ? textAsText(node.written, leaf) : textAsPlain(node.written, leaf);
  if (node.kind === 'plain' && node.value !== null && leaf.type === 'text')
    return plainAsSize(node.value, leaf);
  return undefined;
}

/** A misspelt mode, or a size with a blank: "10 MB". */
function textAsText(written: string, leaf: LeafShape): string | undefined {
  const mode = nearest(written, leaf.modes);
  if (mode !== undefined) return `did you mean ${JSON.stringify(mode)}?`;
  const size = /^\s*([0-9]+)\s*([kmg])(?:i?b?)\s*$/i.exec(written);
  if (size === null) return undefined;
  const text = `${size[1]}${size[2]?.toLowerCase()}b`;
  return fits(leaf, text) ? `write ${JSON.stringify(text)}` : undefined;
}

const unitsInMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** "8010" → 8010, "true" → true, "10s" → 10000. */
function textAsPlain(written: string, leaf: LeafShape): string | undefined {
  if (written.includes('${')) return `\${…} fills in texts only: write the ${leaf.type} itself`;
  const plain = plainOf(written);
  if (plain !== undefined && fits(leaf, plain)) return `remove the quotes: ${plain}`;
  if (leaf.type === 'boolean' && /^(?:yes|on|1)$/i.test(written)) return 'write true';
  if (leaf.type === 'boolean' && /^(?:no|off|0)$/i.test(written)) return 'write false';
  const duration = /^([0-9]{1,6})\s*(ms|s|m|min|h)$/i.exec(written);
  if (duration === null || !leaf.message.includes('milliseconds')) return undefined;
  const ms = Number(duration[1]) * (unitsInMs[duration[2]?.toLowerCase() ?? ''] ?? Number.NaN);
  return fits(leaf, ms) ? `write ${ms}` : undefined;
}

function plainOf(written: string): number | boolean | undefined {
  if (written === 'true' || written === 'false') return written === 'true';
  return /^-?[0-9]{1,15}$/.test(written) ? Number(written) : undefined;
}

function plainAsSize(value: number | boolean, leaf: LeafShape): string | undefined {
  return fits(leaf, `${value}b`) && !fits(leaf, String(value))
    ? `write "${value}b", or a larger unit: "100mb"`
    : undefined;
}

function quoted(node: JsonNode, leaf: LeafShape): string | undefined {
  if (node.kind !== 'plain' || node.value === null || !fits(leaf, String(node.value))) return undefined;
  return `put it in quotes: ${JSON.stringify(String(node.value))}`;
}

function fits(leaf: LeafShape, value: unknown): boolean {
  return leaf.check(value) === undefined;
}

function fallbackMend(node: JsonNode, shape: Shape, leaves: readonly LeafShape[]): string {
  if (node.kind === 'plain' && node.value === null) return 'remove the key, or give it a value';
  const [example] = shape.about.examples ?? [];
  const modes = leaves.flatMap((leaf) => leaf.modes).map((mode) => JSON.stringify(mode));
  const pastes = [...(example === undefined ? [] : [pasted(example)]), ...modes];
  if (pastes.length > 0) return `write ${pastes.join(' or ')}`;
  if (leaves.some(({ type }) => type === 'boolean')) return 'write true or false';
  if (shape.kind === 'list' && node.kind === 'text') return `write [${JSON.stringify(node.written)}]`;
  return shape.kind === 'leaf' ? 'write a text in double quotes' : exampleOf(shape);
}

/** On one line, as people write it: `{ "allowOrigin": "…" }`. */
function pasted(example: unknown): string {
  return JSON.stringify(example, null, 1).replaceAll(/\s*\n\s*/g, ' ');
}

function exampleOf(shape: Shape): string {
  switch (shape.kind) {
    case 'list':
      return shape.item.kind === 'object'
        ? 'write [ { "match": "/api/**", "target": "https://api.example.com" } ]'
        : 'write [ … ]';
    case 'record':
    case 'object':
    case 'choice':
    case 'leaf':
      return 'write { … }';
  }
}
