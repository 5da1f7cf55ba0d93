/** Numbers as a person reads them. */

let second = Number.NaN;
let secondText = '';

/** `12:04:31`, in the time zone of the terminal. The last second is kept: hundreds of lines are of the same. */
export function timeOfDay(epochMs: number): string {
  const asked = Math.floor(epochMs / 1000);
  if (asked !== second) {
    const date = new Date(epochMs);
    secondText = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
    second = asked;
  }
  return secondText;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** `84ms`, `1.2s`, `75s`, `12min` */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`;
  if (ms < 599_500) return `${Math.round(ms / 1000)}s`;
  return `${Math.round(ms / 60_000)}min`;
}

/** `540`, `1.2k`, `34M`; a dash where nothing was sent. Powers of ten, as in a browser's network panel. */
export function sizeText(bytes: number): string {
  if (bytes === 0) return '–';
  if (bytes < 1000) return String(bytes);
  const [value, unit] =
    bytes < 999_500 ? [bytes / 1e3, 'k'] : bytes < 999_500_000 ? [bytes / 1e6, 'M'] : [bytes / 1e9, 'G'];
  return `${value < 9.95 ? value.toFixed(1) : String(Math.round(value))}${unit}`;
}
