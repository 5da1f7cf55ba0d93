import { Buffer } from 'node:buffer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Pool } from '../../../src/proxy/client/pool.ts';
import type { Upload, UploadSink } from '../../../src/proxy/client/upload.ts';
import { mostWaitingBytes } from '../../../src/proxy/waiting.ts';
import { validCertificate } from '../../support/certificates.ts';
import { ask, dialOf } from '../../support/client-call.ts';
import { upstreamOf } from '../../support/one-route.ts';
import {
  barrier,
  expectHead,
  expectRequest,
  fin,
  pause,
  resume,
  type Script,
  send,
  type UpstreamOptions,
} from '../../support/raw-upstream.ts';
import { newWatch } from '../../support/watch.ts';

const answer = send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
const whole = ['start', 'head 200', 'data 2', 'end'];
const certificate = await validCertificate();

/** A body that the test gives, piece by piece. */
function hand(length?: number) {
  const watch = newWatch();
  let sink: UploadSink | undefined;
  let resumed = 0;
  const upload: Upload = {
    length,
    flowTo: (given) => {
      sink = given;
      watch.changed();
    },
    resume: () => {
      resumed += 1;
      watch.changed();
    },
  };
  const wait = <T>(what: string, look: () => T | undefined) => watch.within(10_000, look, () => what);
  return {
    upload,
    sink: () => wait('nobody takes the body', () => sink),
    /** Once more than until now. */
    resumed: () => {
      const before = resumed;
      return wait('it was not resumed', () => resumed > before || undefined);
    },
  };
}

async function uploading(script: Script, length?: number, options?: UpstreamOptions) {
  const upstream = await upstreamOf(script, options);
  const pool = new Pool(dialOf(upstream), 1);
  onTestFinished(() => pool.destroy());
  const body = hand(length);
  const asked = ask({ method: 'POST', body: body.upload });
  pool.send(asked.call);
  return { upstream, pool, body, asked, sink: await body.sink() };
}

/** The second request of the pool, and on which connection it came. */
async function next({ pool, upstream }: Pick<Awaited<ReturnType<typeof uploading>>, 'pool' | 'upstream'>) {
  const asked = ask({ path: '/next' });
  pool.send(asked.call);
  expect(await asked.over()).toEqual(whole);
  return upstream.requests.find(({ target }) => target === '/next')?.connection;
}

describe('a body that is still coming', () => {
  it('goes up in chunks where nobody knows its length, and the connection goes on', async () => {
    const up = await uploading([expectRequest, answer, expectRequest, answer]);
    up.sink.write(Buffer.from('hello, '));
    up.sink.write(Buffer.alloc(20, 'x'));
    up.sink.end();
    expect(await up.asked.over()).toEqual(whole);
    const wire = up.upstream.received(1).toString('latin1');
    expect(wire).toMatch(/\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nhello, \r\n14\r\nx{20}\r\n0\r\n\r\n$/);
    expect(await next(up)).toBe(1);
  });

  it('goes up as it is where its length was promised', async () => {
    const up = await uploading([expectRequest, answer, expectRequest, answer], 5);
    up.sink.write(Buffer.from('hel'));
    up.sink.write(Buffer.from('lo'));
    up.sink.end();
    expect(await up.asked.over()).toEqual(whole);
    expect(up.upstream.received(1).toString('latin1')).toMatch(/\r\nContent-Length: 5\r\n\r\nhello$/);
    expect(await next(up)).toBe(1);
  });

  it('that is shorter than was promised ends its connection: the next request would be its rest', async () => {
    const { sink, asked, upstream } = await uploading([expectRequest, answer], 5);
    sink.write(Buffer.from('hell'));
    sink.end();
    expect(await asked.over()).toEqual(['start', 'error The body is shorter than its Content-Length']);
    await upstream.closed(1);
  });

  it('that is longer than was promised ends its connection: the rest would be the next request', async () => {
    const { sink, asked, upstream } = await uploading([expectHead], 5);
    sink.write(Buffer.from('hello'));
    expect(sink.write(Buffer.from('GET /'))).toBe(true);
    expect(sink.write(Buffer.from(' HTTP/1.1'))).toBe(true);
    sink.end();
    expect(await asked.over()).toEqual(['start', 'error The body is longer than its Content-Length']);
    await upstream.closed(1);
    expect(upstream.received(1).toString('latin1')).not.toContain('GET');
  });

  it.each([
    ['TCP', {}],
    ['TLS', { tls: certificate }],
  ])(
    'waits where the upstream does not read it, and goes on when it does, over %s',
    async (_kind, options) => {
      const { sink, body, asked, upstream } = await uploading(
        [expectHead, pause, barrier('slow'), resume, expectRequest, answer],
        undefined,
        options,
      );
      await upstream.reached('slow');
      const piece = Buffer.alloc(64 * 1024, 'y');
      let sent = 1;
      // What the system keeps comes first, a few MiB.
      for (; sent < 2000 && sink.write(piece); sent += 1)
        await new Promise((resolve) => setImmediate(resolve));
      expect(sent).toBeLessThan(2000);
      const goesOn = body.resumed();
      upstream.release('slow');
      await goesOn;
      expect(sink.write(piece)).toBe(true);
      sink.end();
      expect(await asked.over()).toEqual(whole);
      expect((await upstream.request(1)).body).toHaveLength((sent + 1) * piece.length);
    },
  );
});

describe('an upstream that does not wait for the end of a body', () => {
  it.each([undefined, 100])('answers, and its connection ends with that (length %s)', async (length) => {
    const up = await uploading(
      (connection) => (connection === 1 ? [expectHead, answer] : [expectRequest, answer]),
      length,
    );
    up.sink.write(Buffer.from('hello'));
    expect(await up.asked.over()).toEqual(whole);
    expect(up.sink.write(Buffer.from('more'))).toBe(true);
    up.sink.end();
    await up.upstream.closed(1);
    expect(up.upstream.received(1).toString('latin1')).not.toContain('more');
    expect(await next(up)).toBe(2);
  });

  it('answers while the end of it is not on its way yet: the next request does not stand behind that', async () => {
    const up = await uploading((connection) =>
      connection === 1 ? [expectHead, pause, barrier('slow'), answer] : [expectRequest, answer],
    );
    await up.upstream.reached('slow');
    const piece = Buffer.alloc(mostWaitingBytes, 'z');
    while (up.sink.write(piece)) await new Promise((resolve) => setImmediate(resolve));
    up.sink.end();
    up.upstream.release('slow');
    expect(await up.asked.over()).toEqual(whole);
    expect(await next(up)).toBe(2);
  });

  it('ends: the call hears of it, and what still comes is nobody’s', async () => {
    const { sink, asked } = await uploading([expectHead, fin], undefined, { allowHalfOpen: true });
    sink.write(Buffer.from('hello'));
    expect(await asked.over()).toEqual(['start', 'error CONNECTION_ENDED']);
    expect(sink.write(Buffer.from('more'))).toBe(true);
    sink.end();
    expect(asked.heard).toHaveLength(2);
  });
});
