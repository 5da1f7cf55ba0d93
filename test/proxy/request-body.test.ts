import { once } from 'node:events';
import type { Http2ServerRequest } from 'node:http2';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Upload } from '../../src/proxy/client/upload.ts';
import { RequestBody } from '../../src/proxy/request-body.ts';
import { flowing } from '../support/flowing.ts';

describe('a body on its way up', () => {
  function standing(limitBytes = 1024 * 1024) {
    const request = Object.assign(new PassThrough(), { aborted: false, headers: {}, stream: { rstCode: 0 } });
    const told: string[] = [];
    const body = new RequestBody(request as unknown as Http2ServerRequest, {
      limitBytes,
      onTooLarge: () => told.push('too large'),
      onProgress: (chunk) => told.push(String(chunk.length)),
    });
    const sent: (Upload | Buffer)[] = [];
    const sending = new Promise<Upload | Buffer>((resolve) => {
      body.begin((one) => {
        sent.push(one);
        resolve(one);
      });
    });
    return { request, body, told, sent, sending };
  }

  it('is one buffer where it has come whole by the end of the turn', async () => {
    const { request, body, sending, sent, told } = standing();
    request.write('hel');
    request.end('lo');
    expect(await sending).toEqual(Buffer.from('hello'));
    await turn();
    expect(sent).toHaveLength(1);
    expect(told).toEqual(['3', '2']);
    expect(body.isComplete).toBe(true);
    expect(body.replay()).toEqual(Buffer.from('hello'));
  });

  it('goes on as it comes, all of it, where more is to come', async () => {
    const { request, body, sending } = standing();
    request.write('hel');
    const upload = await sending;
    expect(upload).toBe(body);
    request.end('lo');
    expect((await flowing(body)).toString()).toBe('hello');
    expect(body.replay()).toEqual(Buffer.from('hello'));
  });

  it('goes on as it comes where it is large, however fast it comes, and is not kept to be sent again', async () => {
    const { request, body, sending } = standing();
    const large = Buffer.alloc(200 * 1024, 'abcdefg');
    for (let at = 0; at < large.length; at += 50 * 1024) request.write(large.subarray(at, at + 50 * 1024));
    request.end();
    expect(await sending).toBe(body);
    expect((await flowing(body)).equals(large)).toBe(true);
    expect(body.replay()).toBeUndefined();
  });

  it('waits for whoever takes it, and goes on when there is room', async () => {
    const { request, body, sending } = standing();
    request.write('one');
    await sending;
    const taken: string[] = [];
    body.flowTo({ write: (chunk) => taken.push(String(chunk)) > 1, end: () => taken.push('end') });
    await turn();
    expect(request.isPaused()).toBe(true);
    request.end('two');
    await turn();
    expect(taken).toEqual(['one']);
    body.resume();
    await once(request, 'end');
    expect(taken).toEqual(['one', 'two', 'end']);
  });

  it('is not sent at all where it is refused, or nobody needs it any more, before it is known', async () => {
    const refused = standing(4);
    refused.request.end('hello');
    const dropped = standing();
    dropped.request.write('hel');
    dropped.body.discard();
    await turn();
    await turn();
    expect([refused.sent, dropped.sent]).toEqual([[], []]);
    expect(refused.told).toEqual(['5', 'too large']);
  });
});
