/** Keys → what they do. Letters count only where nobody is writing. */

export type Command =
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'open'
  | 'close'
  | 'filter'
  | 'replay'
  | 'edit'
  | 'allow'
  | 'curl'
  | 'mark'
  | 'pause'
  | 'help';

export interface Pressed {
  readonly key: string;
  /** Ctrl, Alt or Meta: the browser's own. */
  readonly isCombined: boolean;
  /** Where the focus is. */
  readonly in: 'page' | 'control' | 'text';
}

const letters: Readonly<Record<string, Command>> = {
  j: 'next',
  k: 'previous',
  g: 'first',
  G: 'last',
  '/': 'filter',
  r: 'replay',
  e: 'edit',
  a: 'allow',
  c: 'curl',
  x: 'mark',
  p: 'pause',
  '?': 'help',
};

const others: Readonly<Record<string, Command>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Home: 'first',
  End: 'last',
  Enter: 'open',
};

export function commandOf({ key, isCombined, in: where }: Pressed): Command | undefined {
  if (isCombined) return undefined;
  if (key === 'Escape') return 'close';
  if (where === 'text') return undefined;
  // Arrows and Enter are the control's own where one has the focus.
  return letters[key] ?? (where === 'page' ? others[key] : undefined);
}

/** For the help, in the order in which they are learnt. */
export const keyNotes: readonly (readonly [keys: string, does: string])[] = [
  ['j / k', 'next, previous request (also the arrows)'],
  ['g / G', 'newest, oldest'],
  ['Enter', 'open it'],
  ['Esc', 'close, back to the list'],
  ['/', 'filter'],
  ['r', 'replay'],
  ['e', 'edit and replay'],
  ['a', 'allow this origin'],
  ['c', 'copy as curl'],
  ['x', 'mark for the HAR'],
  ['p', 'pause, go on'],
  ['?', 'this help'],
];
