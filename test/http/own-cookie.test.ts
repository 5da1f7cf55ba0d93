import { describe, expect, it } from 'vitest';
import { inspectorCookie, withoutOwnCookies } from '../../src/http/own-cookie.ts';

const rows: readonly (readonly [it: string, value: string, kept: string | undefined])[] = [
  ['no cookie of ours', 'a=1; b=2', 'a=1; b=2'],
  ['ours alone', 'cors-proxy-inspector-8010=x', undefined],
  ['ours in front', 'cors-proxy-inspector-8010=x; a=1', 'a=1'],
  ['ours in the middle', 'a=1; cors-proxy-inspector-8010=x; b=2', 'a=1; b=2'],
  ['that of another inspector', 'a=1; cors-proxy-inspector-9000=x', 'a=1'],
  ['a value that only names it', 'a=cors-proxy-inspector-8010', 'a=cors-proxy-inspector-8010'],
];

describe("the inspector's cookie", () => {
  it('has the port in its name: cookies reach every port of a host', () => {
    expect(inspectorCookie(8010)).toBe('cors-proxy-inspector-8010');
  });

  it.each(rows)('%s', (_, value, kept) => {
    expect(withoutOwnCookies(value)).toBe(kept);
  });
});
