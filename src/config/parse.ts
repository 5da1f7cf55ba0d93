/** Config text → Config, or ALL problems with their places. No I/O: what is read from disk is read by `load.ts`. */

import { checkShape } from './check.ts';
import type { Config, Substitution } from './config.ts';
import { readDocument } from './document.ts';
import { type Finding, toProblem } from './finding.ts';
import { emptyObject, type GivenValues, overlay } from './given.ts';
import { entryOf, type JsonNode, type ObjectNode, plainValue } from './node.ts';
import { placesIn } from './places.ts';
import { indexLines, type NamedText } from './position.ts';
import { type Checked, type Problem, sortProblems } from './problem.ts';
import { damagedKeys, type Salvaged, salvageTree } from './salvage.ts';
import { type ConfigFile, checkFile } from './schema.ts';
import { configShape } from './shape.ts';
import { fillIn, type VariableSource } from './substitution.ts';

export interface ParseOptions {
  /** The file as the user would name it; default: the name that is looked for. */
  readonly file?: string;
  /** Where relative files in the config are read from; default: the working directory. */
  readonly directory?: string;
  /** Where `${NAME}` is looked for, first place first; default: nowhere. */
  readonly variables?: readonly VariableSource[];
  /** What flags put over the file. */
  readonly given?: GivenValues;
  /** What a watcher watches. */
  readonly files?: readonly string[];
}

/** A larger file is not a config; it would only keep the reader busy. */
export const largestConfig = 1024 * 1024;

/** What could be salvaged of a text with problems is compiled for further ones. */
export type Parse = Checked<Config> & { readonly salvaged?: Salvaged };

/** The config of a text; `undefined` where there is no file and all stands in `given`. */
export function parseConfig(text: string | undefined, options: ParseOptions = {}): Parse {
  const { file = 'cors-proxy.config.json', given = { targets: [] } } = options;
  // A byte order mark is no character of the first line.
  const named: NamedText = { file, lines: indexLines(text?.replace(/^\uFEFF/, '') ?? '') };
  const read = readRoot(text, named);
  const { root, findings: argumentFindings } = overlay(read.root ?? nothing, given);
  const findings = [...read.findings, ...argumentFindings];
  if (read.root === undefined) return { ok: false, problems: problemsOf(named, findings) };

  const filled = fillIn(root, { text: named.lines.text, sources: options.variables ?? [] });
  findings.push(...filled.findings, ...checkShape(filled.root, configShape));
  findings.push(...nothingToForward(root, { findings, text }));
  const parsed = { ...filled, named, options };
  if (findings.length > 0)
    return { ok: false, problems: problemsOf(named, findings), ...salvage(parsed, findings) };
  const values = valuesOf(filled.root, findings);
  if (values === undefined) return { ok: false, problems: problemsOf(named, findings) };
  return { ok: true, value: toConfig(values, parsed), problems: [] };
}

/** The root of a config without a file. */
const nothing = emptyObject({ kind: 'given', from: 'the command line' });

function problemsOf(named: NamedText, findings: readonly Finding[]): readonly Problem[] {
  return sortProblems(findings.map((finding) => toProblem(named, finding)));
}

interface Read {
  readonly root: ObjectNode | undefined;
  readonly findings: readonly Finding[];
}

function readRoot(text: string | undefined, { lines }: NamedText): Read {
  if (text === undefined) return { root: nothing, findings: [] };
  if (text.length > largestConfig) return { root: undefined, findings: [tooLarge] };
  const { root, findings } = readDocument(lines);
  if (root === undefined || root.kind === 'object') return { root, findings };
  return { root: undefined, findings: [...findings, notAnObject(root)] };
}

const tooLarge: Finding = {
  code: 'CP100',
  source: { kind: 'text', offset: 0, length: 1 },
  path: [],
  said: 'Cannot read a config of more than 1 MB',
  mend: 'is this the right file?',
};

/** A1 */
function notAnObject(node: JsonNode): Finding {
  return {
    code: 'CP105',
    source: node.source,
    path: [],
    said: `Cannot read a config: it must be an object, not ${node.kind === 'plain' ? node.value : `a ${node.kind}`}`,
    mend: 'write { "target": "https://api.example.com" }, or delete the file and run: cors-proxy init',
  };
}

/** A4; not where a key of the file was misspelt, since that may have been the one. */
function nothingToForward(
  root: ObjectNode,
  { findings, text }: { findings: readonly Finding[]; text: string | undefined },
): readonly Finding[] {
  // An empty list of routes is said at its place, by `compile`.
  if (entryOf(root, 'target') !== undefined || entryOf(root, 'routes') !== undefined) return [];
  if (findings.some(({ code, path }) => code === 'CP109' || (code === 'CP103' && path.length === 1)))
    return [];
  const said =
    text === undefined
      ? 'Nothing to forward to: no target was given, and no cors-proxy.config.json was found here or above'
      : 'Nothing to forward to: the config has neither "target" nor "routes"';
  const source = root.source.kind === 'text' ? { ...root.source, length: 1 } : root.source;
  const mend =
    text === undefined
      ? 'cors-proxy https://api.example.com, or write a config: cors-proxy init'
      : 'add "target": "https://api.example.com", or give it: cors-proxy https://api.example.com';
  return [{ code: 'CP108', source, path: [], said, mend }];
}

/** The typed values. What `checkShape` let pass and valibot does not would be a mistake of ours; it is said all the same. */
function valuesOf(root: JsonNode, findings: Finding[]): ConfigFile | undefined {
  const check = checkFile(plainValue(root));
  if (check.ok) return check.values;
  const [message = 'it does not fit the schema'] = check.messages;
  findings.push({
    code: 'CP102',
    source: root.source,
    path: [],
    said: `Cannot read this config: ${message}`,
    mend: 'compare it with the JSON Schema: cors-proxy schema',
  });
  return undefined;
}

interface Parsed {
  readonly root: JsonNode;
  readonly substitutions: readonly Substitution[];
  readonly named: NamedText;
  readonly options: ParseOptions;
}

function salvage(parsed: Parsed, findings: readonly Finding[]): { salvaged?: Salvaged } {
  const root = salvageTree(parsed.root, configShape);
  const values = root === undefined ? undefined : valuesOf(root, []);
  if (root === undefined || values === undefined) return {};
  return { salvaged: { config: toConfig(values, { ...parsed, root }), damaged: damagedKeys(findings) } };
}

function toConfig(values: ConfigFile, { root, substitutions, named, options }: Parsed): Config {
  const { directory = '.', files = [] } = options;
  return { values, substitutions, directory, files, ...placesIn(root, named) };
}
