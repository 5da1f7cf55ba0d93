/** Fills `${NAME}` in, in every text of a config and in no key. A value that came from a variable is never said. */

import type { Substitution } from './config.ts';
import type { Finding } from './finding.ts';
import { type JsonNode, type Piece, type Source, type TextNode, writtenIndex } from './node.ts';
import type { KeyPath } from './problem.ts';
import { nearest } from './suggest.ts';
import { literalOffset, readTemplate, type TemplateFault, type TemplatePart } from './template.ts';

/** Where variables are looked for, in this order: the first place that has the name counts. */
export interface VariableSource {
  /** `the environment`, `.env.local`, `.env (no such file)`. */
  readonly name: string;
  readonly kind: 'environment' | 'file';
  readonly values: Readonly<Record<string, string | undefined>>;
}

export interface Filled {
  readonly root: JsonNode;
  readonly findings: readonly Finding[];
  readonly substitutions: readonly Substitution[];
}

interface Filling {
  readonly text: string;
  readonly sources: readonly VariableSource[];
  readonly findings: Finding[];
  readonly substitutions: Substitution[];
}

/** How a node is reached: as the values have it, and as the author of the file counts. */
interface Way {
  readonly path: KeyPath;
  readonly written: KeyPath;
}

export function fillIn(
  root: JsonNode,
  { text, sources }: { text: string; sources: readonly VariableSource[] },
): Filled {
  const filling: Filling = { text, sources, findings: [], substitutions: [] };
  const filled = fillNode(root, { path: [], written: [] }, filling);
  return { root: filled, findings: filling.findings, substitutions: filling.substitutions };
}

function fillNode(node: JsonNode, way: Way, filling: Filling): JsonNode {
  switch (node.kind) {
    case 'plain':
      return node;
    case 'text':
      return fillText(node, way, filling);
    case 'list':
      return {
        ...node,
        items: node.items.map((item, i) => fillNode(item, step(way, i, writtenIndex(node, i)), filling)),
      };
    case 'object':
      return {
        ...node,
        entries: node.entries.map((entry) => ({
          ...entry,
          node: fillNode(entry.node, step(way, entry.name, entry.name), filling),
        })),
      };
  }
}

function step(way: Way, name: string | number, written: string | number): Way {
  return { path: [...way.path, name], written: [...way.written, written] };
}

function fillText(node: TextNode, way: Way, filling: Filling): TextNode {
  // A flag's value was in the shell's hands already.
  if (node.source.kind === 'given' || !node.written.includes('${')) return node;
  const pieces: Piece[] = [];
  let isUnresolved = false;
  for (const part of readTemplate(node.written)) {
    const piece = fillPart(part, node, filling);
    if ('code' in piece) filling.findings.push({ ...piece, path: way.written });
    else pieces.push(piece);
    isUnresolved ||= 'code' in piece;
  }
  const named = pieces.filter(({ variable }) => variable !== undefined);
  const names = named.flatMap(({ variable }) => variable?.name ?? []);
  const values = named.map(({ text }) => text);
  if (names.length > 0) {
    filling.substitutions.push({ path: way.path, names: [...new Set(names)], values: [...new Set(values)] });
  }
  return { ...node, value: pieces.map(({ text }) => text).join(''), pieces, isUnresolved };
}

type Fault = Omit<Finding, 'path'>;

function fillPart(part: TemplatePart, node: TextNode, filling: Filling): Piece | Fault {
  if (part.kind === 'text') return { text: part.text, variable: undefined };
  const source = sourceOfPart(part, node, filling.text);
  if (part.kind === 'bad') return badPart(part.why, node.written.slice(part.start, part.end), source);
  const { name, fallback } = part;
  const found = filling.sources.find(
    ({ values }) => Object.hasOwn(values, name) && values[name] !== undefined,
  );
  const value = found?.values[name];
  if (found !== undefined && value !== undefined && value !== '') {
    return { text: value, variable: { name, from: found.name, source } };
  }
  if (fallback !== undefined) return { text: fallback, variable: { name, from: undefined, source } };
  return unset(name, { found, source, sources: filling.sources });
}

function sourceOfPart({ start, end }: { start: number; end: number }, node: TextNode, text: string): Source {
  if (node.source.kind === 'given') return node.source;
  const { offset, length } = node.source;
  const literal = text.slice(offset, offset + length);
  const first = literalOffset(literal, start);
  return { kind: 'text', offset: offset + first, length: literalOffset(literal, end) - first };
}

/** A2. */
function badPart(why: TemplateFault, written: string, source: Source): Fault {
  const quoted = JSON.stringify(written);
  switch (why) {
    case 'unclosed':
      return {
        code: 'CP121',
        source,
        said: `Cannot read ${quoted}: the "}" is missing`,
        mend: 'write ${NAME} or ${NAME:-default}',
      };
    case 'nested':
      return {
        code: 'CP121',
        source,
        said: `Cannot read ${quoted}: one \${…} cannot stand in another`,
        mend: 'write ${NAME}, or ${NAME:-default} with a plain text as its default',
      };
    case 'bad-name':
      return {
        code: 'CP121',
        source,
        said: `Cannot read ${quoted}: the name of a variable is made of letters, digits and "_", and begins with no digit`,
        mend: 'write ${NAME} or ${NAME:-default}',
      };
  }
}

interface Unset {
  /** The place that has the name, with nothing behind it. */
  readonly found: VariableSource | undefined;
  readonly source: Source;
  readonly sources: readonly VariableSource[];
}

/** V52: an API would see `Bearer ` with nothing after it. */
function unset(name: string, { found, source, sources }: Unset): Fault {
  const looked = sources.map((place) => place.name).join(', ');
  const said =
    found === undefined
      ? `Cannot fill in \${${name}}: it is not set (looked in ${looked || 'nothing'})`
      : `Cannot fill in \${${name}}: it is empty in ${found.name}`;
  return { code: 'CP120', source, said, mend: unsetMend(name, sources) };
}

function unsetMend(name: string, sources: readonly VariableSource[]): string {
  const files = sources.filter(({ kind }) => kind === 'file');
  // Names of the files only: the environment is full of names that have nothing to do with this config.
  const similar = nearest(
    name,
    files.flatMap(({ values }) => Object.keys(values)),
  );
  if (similar !== undefined && similar !== name) return `did you mean \${${similar}}?`;
  const file = files[0]?.name.replace(/ \(.*\)$/, '');
  const line = file === undefined ? `export ${name}=…` : `add the line ${name}=… to ${file}`;
  return `${line}, or give a default: \${${name}:-…}`;
}
