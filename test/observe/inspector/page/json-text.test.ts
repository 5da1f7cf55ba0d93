import { describe, expect, it } from 'vitest';
import { prettyJson } from '../../../../src/observe/inspector/page/json-text.ts';
import { expectLinear } from '../../../support/linear.ts';

const rows: readonly (readonly [it: string, text: string, pretty: string | undefined])[] = [
  ['an object', '{"a":1,"b":[true,null]}', '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}'],
  ['an empty object and an empty list', '{"a":{},"b":[]}', '{\n  "a": {},\n  "b": []\n}'],
  ['brackets and quotes inside of a text', '{"a":"{\\"[,:"}', '{\n  "a": "{\\"[,:"\n}'],
  ['a number that JavaScript would round', '[12345678901234567890]', '[\n  12345678901234567890\n]'],
  ['two keys of one name', '{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'],
  ['a text that was cut', '{"a":[1,{"b":"x', '{\n  "a": [\n    1,\n    {\n      "b": "x'],
  ['what is laid out already', '{\n "a" : 1\n}', '{\n  "a": 1\n}'],
  ['no JSON', 'hello', undefined],
  ['HTML', '<p>', undefined],
  ['nothing', '', undefined],
];

describe('JSON to read', () => {
  it.each(rows)('%s', (_, text, pretty) => {
    expect(prettyJson(text)).toBe(pretty);
  });

  it('takes time in proportion to the text', () => {
    expectLinear((n) => `[${'"\\'.repeat(n)}`, prettyJson);
  });
});
