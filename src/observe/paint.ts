/** Colours, decided for each stream by itself. The only file that knows the colour library. */

import picocolors from 'picocolors';

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export interface ColorWish {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `never`: `--no-color`. */
  readonly flag: 'auto' | 'never';
}

/** The library's own test looks at standard output alone and turns colours on wherever `CI` is set. */
export function paintFor(wish: ColorWish): Paint {
  return picocolors.createColors(wantsColor(wish));
}

/** A refusal is stronger than a wish, and a wish stronger than what the stream is: no-color.org, force-color.org. */
function wantsColor({ isTerminal, env, flag }: ColorWish): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: terminal } = env;
  if (flag === 'never' || (no !== undefined && no !== '')) return false;
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return isTerminal && terminal !== 'dumb';
}

export const plainPaint: Paint = picocolors.createColors(false);
