/**
 * Large bodies pass whole and in flat memory. Client, proxy and upstream share this process, so the bound is for all
 * three; `test/bench/large-bodies.ts` measures the proxy alone with 1 GiB.
 */

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { heldMemory } from '../support/held-memory.ts';
import {
  download,
  expected,
  largeBodyServer,
  mebibyte,
  type Passed,
  type Seen,
  upload,
} from '../support/large-bodies.ts';
import { proxyTo } from '../support/one-route.ts';

const size = 64 * mebibyte;

/** A proxy that keeps the body holds all of it before the first byte goes on, or after the last. */
const boundBytes = size / 4;

describe('64 MiB', () => {
  let whole: Seen;
  beforeAll(() => {
    whole = expected(size);
  });

  async function running(uploaded?: Passed): Promise<string> {
    const upstream = await largeBodyServer(uploaded);
    onTestFinished(upstream.close);
    const app = await proxyTo(upstream.origin, { limits: { requestBody: '1gb' } });
    return `${app.url}/api`;
  }

  it('UB-10 come down byte for byte, and the memory stays flat', async () => {
    const url = await running();
    const held = heldMemory();
    expect(await download(`${url}/${size}`, held.passed)).toEqual(whole);
    expect(held.mostBytes()).toBeLessThan(boundBytes);
  });

  it('UB-11 go up byte for byte, and the memory stays flat', async () => {
    const held = heldMemory();
    const url = await running(held.passed);
    expect(await upload(`${url}/`, size)).toEqual(whole);
    expect(held.mostBytes()).toBeLessThan(boundBytes);
  });
});
