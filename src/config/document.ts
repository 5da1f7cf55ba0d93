/**
 * JSON with comments and trailing commas → a tree with offsets. `jsonc-parser` is tolerant: it gives a tree beside
 * its errors, and where a key stands twice it keeps the last silently; so errors and keys are looked at here.
 */

import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { type Bracket, readBrackets } from './bracket.ts';
import type { Finding } from './finding.ts';
import type { Entry, JsonNode, Source } from './node.ts';
import { type LineIndex, positionText } from './position.ts';
import type { KeyPath } from './problem.ts';
import { emptyFinding, syntaxFindings } from './syntax.ts';

export interface Document {
  /** `undefined` where the text cannot be read. */
  readonly root: JsonNode | undefined;
  readonly findings: readonly Finding[];
}

export function readDocument(lines: LineIndex): Document {
  const scan = scanBrackets(lines.text);
  if (scan.isBlank) return { root: undefined, findings: [emptyFinding] };
  const brackets = readBrackets(scan.brackets);
  // The parser calls itself for each level: a file of a million "[" would end the process.
  if (brackets.kind === 'too-deep') return { root: undefined, findings: syntaxFindings([], brackets, lines) };
  const errors: ParseError[] = [];
  const tree = parseTree(lines.text, errors, { allowTrailingComma: true });
  const named = errors.map(({ error, offset, length }) => ({
    name: printParseErrorCode(error),
    offset,
    length,
  }));
  const findings = syntaxFindings(named, brackets, lines);
  if (findings.length > 0 || tree === undefined) return { root: undefined, findings };
  const root = toNode(tree);
  return { root, findings: repeatedNames(root, [], lines) };
}

interface BracketScan {
  /** Nothing but white space and comments. */
  readonly isBlank: boolean;
  readonly brackets: readonly Bracket[];
}

function scanBrackets(text: string): BracketScan {
  const scanner = createScanner(text, true);
  const brackets: Bracket[] = [];
  let tokens = 0;
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    tokens += 1;
    const offset = scanner.getTokenOffset();
    const token = text.charAt(offset);
    if (token === '{' || token === '[' || token === '}' || token === ']') brackets.push({ token, offset });
  }
  return { isBlank: tokens === 0, brackets };
}

function sourceOf({ offset, length }: Node): Source {
  return { kind: 'text', offset, length };
}

function toNode(node: Node): JsonNode {
  const source = sourceOf(node);
  const children = node.children ?? [];
  switch (node.type) {
    case 'object':
      return { kind: 'object', source, entries: children.flatMap(toEntry) };
    case 'array':
      return { kind: 'list', source, items: children.map(toNode), givenItems: 0 };
    case 'string':
      return {
        kind: 'text',
        source,
        value: node.value,
        written: node.value,
        pieces: [],
        isUnresolved: false,
      };
    default:
      return { kind: 'plain', source, value: node.value };
  }
}

function toEntry(property: Node): Entry[] {
  const [name, value] = property.children ?? [];
  if (name === undefined || value === undefined) return [];
  return [{ name: String(name.value), nameSource: sourceOf(name), node: toNode(value) }];
}

/** A1: the second one would win without a word. */
function repeatedNames(node: JsonNode, path: KeyPath, lines: LineIndex): Finding[] {
  if (node.kind === 'list') return node.items.flatMap((item, i) => repeatedNames(item, [...path, i], lines));
  if (node.kind !== 'object') return [];
  const first = new Map<string, Entry>();
  return node.entries.flatMap((entry) => {
    const earlier = first.get(entry.name);
    first.set(entry.name, earlier ?? entry);
    const below = repeatedNames(entry.node, [...path, entry.name], lines);
    return earlier === undefined
      ? below
      : [repeated(entry, earlier, { path: [...path, entry.name], lines }), ...below];
  });
}

function repeated(
  entry: Entry,
  earlier: Entry,
  { path, lines }: { path: KeyPath; lines: LineIndex },
): Finding {
  const name = JSON.stringify(entry.name);
  const at =
    earlier.nameSource.kind === 'text' ? ` at ${positionText(lines, earlier.nameSource.offset)}` : '';
  return {
    code: 'CP104',
    source: entry.nameSource,
    path,
    said: `Cannot tell which ${name} counts: it stands here a second time, and would silently win over the one${at}`,
    mend: 'keep one of them',
  };
}
