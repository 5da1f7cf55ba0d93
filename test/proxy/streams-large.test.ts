/**
 * Large bodies pass whole and in flat memory. Client, proxy and upstream share this process, so the bound is for all
 * three; `test/bench/large-bodies.ts` measures the proxy alone with 1 GiB.
 */

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  download,
  expected,
  growth,
  largeBodyServer,
  mebibyte,
  type Seen,
  upload,
} from '../support/large-bodies.ts';
import { proxyTo } from '../support/one-route.ts';

const size = 64 * mebibyte;

/** Half of the body: a proxy that keeps it all grows by more than the whole. */
const boundBytes = size / 2;

describe('64 MiB', () => {
  let whole: Seen;
  beforeAll(() => {
    whole = expected(size);
  });

  async function running(): Promise<string> {
    const upstream = await largeBodyServer();
    onTestFinished(upstream.close);
    const app = await proxyTo(upstream.origin, { limits: { requestBody: '1gb' } });
    // The first bodies fill the buffers and warm the code that the measurement does not mean.
    await download(`${app.url}/api/${8 * mebibyte}`);
    await upload(`${app.url}/api/`, 8 * mebibyte);
    return `${app.url}/api`;
  }

  it('UB-10 come down byte for byte, and the memory stays flat', async () => {
    const url = await running();
    const { result, grownBytes } = await growth(() => download(`${url}/${size}`));
    expect(result).toEqual(whole);
    expect(grownBytes).toBeLessThan(boundBytes);
  });

  it('UB-11 go up byte for byte, and the memory stays flat', async () => {
    const url = await running();
    const { result, grownBytes } = await growth(() => upload(`${url}/`, size));
    expect(result).toEqual(whole);
    expect(grownBytes).toBeLessThan(boundBytes);
  });
});
