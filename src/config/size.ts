/** Sizes as the config writes them: "100mb", "64kb", "512b". */

/**
 * Without flags, so that the JSON Schema can hold the same pattern; nine digits of gigabytes are beyond any memory.
 * 0 would let nothing through, and is elsewhere read as no limit at all.
 */
export const sizePattern = /^(?!0+[kKmMgGbB])[0-9]{1,9}(?:[kKmMgG]?[bB])$/;

const units: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Bytes, by powers of 1024 as Node, nginx and body-parser count; `NaN` where the text is not a size. */
export function sizeInBytes(text: string): number {
  if (!sizePattern.test(text)) return Number.NaN;
  const unit = text.replace(/^[0-9]+/, '').toLowerCase();
  return Number.parseInt(text, 10) * (units[unit] ?? Number.NaN);
}
