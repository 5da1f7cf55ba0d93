/** Tokens and comma-separated lists of tokens: RFC 9110 §5.6.1, §5.6.2. */

/** `1*tchar`, and the bytes of a `field-value` (RFC 9110 §5.5), as parts of patterns. */
export const tokenPattern = String.raw`[!#$%&'*+\-.^_\x60|~0-9A-Za-z]+`;
export const fieldBytes = String.raw`\t\x20-\x7e\x80-\xff`;

const token = new RegExp(`^${tokenPattern}$`);
const noFieldByte = new RegExp(`[^${fieldBytes}]`);

/** `1*tchar`: what a method, a field name and a list element may be made of. */
export function isToken(text: string): boolean {
  return token.test(text);
}

/** `field-value` as latin1 text: visible bytes, obs-text, space and tab; no CR, LF, NUL or other control. */
export function isFieldValue(text: string): boolean {
  return !noFieldByte.test(text);
}

/**
 * The elements of a comma-separated list, optional whitespace removed, empty elements skipped (a recipient must
 * accept them: RFC 9110 §5.6.1.2). Linear in the length of the text: CVE-2025-47908 was a split that was not.
 */
export function listElements(text: string): string[] {
  const elements: string[] = [];
  let start = 0;
  while (start <= text.length) {
    const comma = text.indexOf(',', start);
    const end = comma === -1 ? text.length : comma;
    const element = trimmed(text, start, end);
    if (element !== '') elements.push(element);
    start = end + 1;
  }
  return elements;
}

/**
 * The text between two places without the white space around it (RFC 9110 §5.5): spaces and tabs. `trim()` would take
 * more.
 */
export function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
