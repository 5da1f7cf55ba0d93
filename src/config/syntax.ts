/** What is wrong with a text that is not JSON, in words. */

import { type Bracket, type Brackets, deepestNesting, partnerOf } from './bracket.ts';
import type { Finding } from './finding.ts';
import { type LineIndex, positionText } from './position.ts';
import { nearest } from './suggest.ts';

export interface SyntaxFault {
  /** As `printParseErrorCode` of jsonc-parser gives it. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/** A1. An editor half way through a save leaves such a file too. */
export const emptyFinding: Finding = {
  code: 'CP105',
  source: { kind: 'text', offset: 0, length: 1 },
  path: [],
  said: 'Cannot read a config: the file is empty',
  mend: 'write { "target": "https://api.example.com" }, or delete the file and run: cors-proxy init',
};

/**
 * The faults that stand for themselves: one for each line, since what follows on the same line mostly follows
 * from the first; none behind a text or a comment without an end; and one for the brackets.
 */
export function syntaxFindings(
  faults: readonly SyntaxFault[],
  brackets: Brackets,
  lines: LineIndex,
): readonly Finding[] {
  const first = firstOfLines(faults, lines);
  const derailed = first.findIndex(({ name }) => isWithoutEnd(name));
  if (derailed !== -1) return first.slice(0, derailed + 1).map((fault) => faultFinding(fault, lines));
  const bracket = bracketFault(brackets, lines);
  if (bracket === undefined) return first.map((fault) => faultFinding(fault, lines));
  const before = first.filter(({ offset }) => offset < bracket.until);
  return [...before.map((fault) => faultFinding(fault, lines)), bracket.finding];
}

function isWithoutEnd(name: string): boolean {
  return name === 'UnexpectedEndOfString' || name === 'UnexpectedEndOfComment';
}

function firstOfLines(faults: readonly SyntaxFault[], lines: LineIndex): SyntaxFault[] {
  const seen = new Set<string>();
  return faults.filter(({ offset }) => {
    const line = positionText(lines, offset).split(':')[0] ?? '';
    const isFirst = !seen.has(line);
    seen.add(line);
    return isFirst;
  });
}

interface BracketFault {
  readonly finding: Finding;
  /** Faults from here on follow from this one. */
  readonly until: number;
}

function bracketFault(brackets: Brackets, lines: LineIndex): BracketFault | undefined {
  switch (brackets.kind) {
    case 'paired':
      return undefined;
    case 'too-deep':
      return {
        until: brackets.at.offset,
        finding: at(brackets.at, {
          said: `Cannot read brackets that are nested deeper than ${deepestNesting} levels; a config needs five`,
          mend: 'is this the right file?',
        }),
      };
    case 'unclosed':
      return {
        until: lines.text.trimEnd().length,
        finding: at(brackets.open, {
          said: `Cannot find the end of this "${brackets.open.token}": the file ends first`,
          mend: `add the missing "${partnerOf(brackets.open.token)}"`,
        }),
      };
    case 'crossed':
      return { until: brackets.close.offset, finding: crossedFinding(brackets, lines) };
  }
}

function crossedFinding(
  { open, close }: { open: Bracket | undefined; close: Bracket },
  lines: LineIndex,
): Finding {
  if (open === undefined) {
    return at(close, {
      said: `Cannot read this "${close.token}": no "${partnerOf(close.token)}" is open here`,
      mend: 'remove it',
    });
  }
  return at(close, {
    said: `Cannot end with "${close.token}" what "${open.token}" began at ${positionText(lines, open.offset)}`,
    mend: `add the missing "${partnerOf(open.token)}" in front of it`,
  });
}

function at(bracket: Bracket, words: { said: string; mend: string }): Finding {
  return { code: 'CP101', source: { kind: 'text', offset: bracket.offset, length: 1 }, path: [], ...words };
}

function faultFinding({ name, offset, length }: SyntaxFault, { text }: LineIndex): Finding {
  const token = text.slice(offset, offset + length);
  const [said, mend] = sentences(name, token);
  return {
    code: 'CP101',
    source: { kind: 'text', offset, length: Math.max(1, length) },
    path: [],
    said,
    mend,
  };
}

const example = 'e.g. { "target": "https://api.example.com" }';

/** What cannot be done and why, and the mend. */
function sentences(name: string, token: string): readonly [said: string, mend: string] {
  const quoted = quote(token.length > 40 ? `${token.slice(0, 40)}…` : token);
  switch (name) {
    case 'CommaExpected':
      return [
        `Cannot read ${quoted}: a comma is missing in front of it`,
        'add "," behind the value before it',
      ];
    case 'ColonExpected':
      return [`Cannot read ${quoted}: a colon is missing between key and value`, 'write "key": value'];
    case 'PropertyNameExpected':
      return [`Cannot read ${quoted}: a key must stand here`, `keys stand in double quotes, ${example}`];
    case 'ValueExpected':
      return token === ''
        ? ['Cannot read the file: a value is missing at its end', example]
        : [`Cannot read ${quoted}: a value must stand here`, 'add the value, or remove what is too much'];
    case 'InvalidSymbol':
      return [
        `Cannot read ${quoted}: it is neither a text, a number, true, false nor null`,
        symbolMend(token),
      ];
    case 'UnexpectedEndOfString':
      return ['Cannot find the end of this text: a double quote is missing on its line', 'add the closing "'];
    case 'UnexpectedEndOfComment':
      return ['Cannot find the end of this comment', 'add the closing */'];
    case 'UnexpectedEndOfNumber':
    case 'InvalidNumberFormat':
      return [`Cannot read the number ${quoted}`, 'write digits, e.g. 8010'];
    case 'InvalidCharacter':
      return [
        'Cannot read this text: it holds a control character, a tab for one',
        'write it as an escape: \\t',
      ];
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return [
        'Cannot read this text: a backslash begins no escape that JSON knows',
        'write a backslash as \\\\, and a path with /',
      ];
    case 'EndOfFileExpected':
      return [`Cannot read ${quoted}: the config has ended in front of it`, 'remove it'];
    default:
      return [`Cannot read ${quoted} here`, example];
  }
}

/** A text has its quotes already. */
function quote(token: string): string {
  return token.startsWith('"') ? token : `"${token}"`;
}

function symbolMend(token: string): string {
  // The slips of those who write JSON5, YAML or JavaScript.
  if (token.startsWith('#')) return 'write a comment as // …';
  if (/^[+.]?[0-9]|^x[0-9a-f]+$|^NaN$|^[+-]?Infinity$/i.test(token))
    return 'write a number in digits, e.g. 8010';
  const word = nearest(token, ['true', 'false', 'null']);
  if (word !== undefined) return `did you mean ${word}?`;
  return `put it in double quotes: ${JSON.stringify(token.replace(/^'|'$/g, ''))}`;
}
