import { describe, expect, it } from 'vitest';
import {
  type Command,
  commandOf,
  keyNotes,
  type Pressed,
} from '../../../../src/observe/inspector/page/keys.ts';

const rows: readonly (readonly [key: string, where: Pressed['in'], command: Command | undefined])[] = [
  ['j', 'page', 'next'],
  ['k', 'page', 'previous'],
  ['ArrowDown', 'page', 'next'],
  ['Enter', 'page', 'open'],
  ['/', 'page', 'filter'],
  ['r', 'page', 'replay'],
  ['a', 'page', 'allow'],
  ['?', 'page', 'help'],
  ['Escape', 'page', 'close'],
  ['z', 'page', undefined],
  // Letters are text where somebody writes.
  ['j', 'text', undefined],
  ['/', 'text', undefined],
  ['Enter', 'text', undefined],
  ['Escape', 'text', 'close'],
  // A button keeps its own keys.
  ['j', 'control', 'next'],
  ['Enter', 'control', undefined],
  ['ArrowDown', 'control', undefined],
];

describe('keys', () => {
  it.each(rows)('%s on the %s: %s', (key, where, command) => {
    expect(commandOf({ key, isCombined: false, in: where })).toBe(command);
  });

  it('leaves combinations to the browser', () => {
    expect(commandOf({ key: 'r', isCombined: true, in: 'page' })).toBeUndefined();
  });

  it('names in its help every letter that does something', () => {
    const named = keyNotes.flatMap(([keys]) =>
      keys.split(' / ').flatMap((key) => (key === '' ? ['/'] : [key])),
    );
    const letters = [...'abcdefghijklmnopqrstuvwxyzG?/'].filter((key) =>
      commandOf({ key, isCombined: false, in: 'page' }),
    );
    expect(letters.filter((key) => !named.includes(key))).toEqual([]);
  });
});
