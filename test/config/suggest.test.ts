import { describe, expect, it } from 'vitest';
import { foreignNames } from '../../src/config/foreign-names.ts';
import { configKeys } from '../../src/config/keys.ts';
import { nearest } from '../../src/config/suggest.ts';

const names = ['allowOrigin', 'allowCredentials', 'port', 'host', 'maxAge'];

describe('nearest', () => {
  it.each([
    ['two letters swapped', 'allowCredentails', 'allowCredentials'],
    ['a letter too much', 'allowOrigins', 'allowOrigin'],
    ['a letter missing', 'prt', 'port'],
    ['another case', 'MAXAGE', 'maxAge'],
    ['the name itself', 'host', 'host'],
    ['something else', 'cookies', undefined],
    ['a short word is not like every short word', 'to', undefined],
    ['nothing', '', undefined],
  ])('%s', (_, word, expected) => {
    expect(nearest(word, names)).toBe(expected);
  });

  it('is done at once with a name of a megabyte', () => {
    expect(nearest('a'.repeat(1024 * 1024), names)).toBeUndefined();
  });
});

describe('the names of other tools', () => {
  it('lead to keys that there are', () => {
    const keys = configKeys().map(({ key }) => key);
    const lost = [...foreignNames.values()]
      .flat()
      .filter((place) => !keys.some((key) => key === place || key.endsWith(`.${place}`)));
    expect(lost).toEqual([]);
  });

  it('are in lower case, as they are looked up', () => {
    expect([...foreignNames.keys()].filter((name) => name !== name.toLowerCase())).toEqual([]);
  });
});
