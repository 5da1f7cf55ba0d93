/**
 * Secrets found again in any text, by value: the one place that says in which spellings a value can come back. The
 * log, the error bodies and the response's fields all ask here.
 */

export interface SecretText {
  /** Whether a text holds a secret, in any spelling. */
  readonly isIn: (text: string) => boolean;
  /** The same of a field's name, which has no case. */
  readonly isInName: (name: string) => boolean;
  /** The text with `***` in the place of each secret. */
  readonly mask: (text: string) => string;
}

export const masked = '***';

type Values = readonly { readonly value: string }[];

const known = new WeakMap<Values, SecretText>();

/** Made once for each list: a request is judged by the secrets of the rules that it began with. */
export function secretsIn(secrets: Values): SecretText {
  const before = known.get(secrets);
  if (before !== undefined) return before;
  const made = compileSecretText(secrets);
  known.set(secrets, made);
  return made;
}

const noSecrets: SecretText = { isIn: () => false, isInName: () => false, mask: (text) => text };

function compileSecretText(secrets: Values): SecretText {
  // The longest first: of two that overlap nothing may stay behind.
  const values = secrets.map(({ value }) => value).toSorted((a, b) => b.length - a.length);
  const patterns = [...new Set(values)].flatMap(patternsOf);
  if (patterns.length === 0) return noSecrets;
  const anywhere = new RegExp(patterns.join('|'), 'g');
  const inNames = new RegExp(patterns.join('|'), 'i');
  return {
    // `search` begins at the front whatever a global pattern has seen before.
    isIn: (text) => text.search(anywhere) !== -1,
    isInName: (name) => inNames.test(name),
    mask: (text) => text.replaceAll(anywhere, () => masked),
  };
}

/** Shorter values stand in too many other texts; they are known only where they are the whole of it. */
const shortestInside = 4;

function patternsOf(value: string): readonly string[] {
  // An empty value is no secret, and would match between any two characters.
  if (value === '') return [];
  const spelled = [...value].map(spellings).join('');
  return value.length < shortestInside ? [`^${spelled}$`] : [spelled, ...base64Patterns(value)];
}

/** One character as it is, percent-encoded as often as redirects nest (`%2541`), or escaped in JSON. */
function spellings(character: string): string {
  const ways = [escapePattern(character), ...percentEncodings(character), ...jsonEscapes(character)];
  if (character === ' ') ways.push('\\+');
  return `(?:${ways.join('|')})`;
}

/** Text becomes UTF-8 in a URL; a header's bytes may be encoded one by one. */
function percentEncodings(character: string): readonly string[] {
  const encodings = new Set([Buffer.from(character, 'utf8'), Buffer.from(character, 'latin1')].map(encoded));
  return [...encodings];
}

function encoded(bytes: Buffer): string {
  return [...bytes].map((byte) => `%(?:25)*${anyCaseHex(byte, 2)}`).join('');
}

function jsonEscapes(character: string): readonly string[] {
  const units = character.split('').map((unit) => `\\\\u${anyCaseHex(unit.charCodeAt(0), 4)}`);
  const short = /["\\/]/.test(character) ? [`\\\\${escapePattern(character)}`] : [];
  return [...short, units.join('')];
}

function anyCaseHex(value: number, digits: number): string {
  const hex = value.toString(16).padStart(digits, '0');
  return hex.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/**
 * Inside of base64 a value looks in three ways, by how many bytes stand before it (`user:` of Basic credentials). What
 * the neighbours have a part in is left out of the search.
 */
function base64Patterns(value: string): readonly string[] {
  const bytes = Buffer.from(value, 'utf8');
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const begin = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    const core = [...text.slice(begin, end)].map(base64Sign).join('');
    return `${core}[A-Za-z0-9+/_-]?={0,2}`;
  });
}

/** Of both alphabets (RFC 4648 §4, §5), the first also in a URL. */
function base64Sign(sign: string): string {
  if (sign === '+') return '(?:[+-]|%2[Bb])';
  return sign === '/' ? '(?:[/_]|%2[Ff])' : sign;
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
