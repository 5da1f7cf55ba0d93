// Is HTTP/2 to the upstream worth it? Requests per second over 32 connections, the two protocols in turn, one process.
// node test/bench/upstream-http2.js

import http2 from 'node:http2';
import { generate } from 'selfsigned';
import { Pool } from 'undici';

const milliseconds = 2500;
const rounds = 3;
const body = Buffer.alloc(1024, 'x');

const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
  keyType: 'ec',
});
const server = http2.createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length });
  response.end(body);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

async function requestsPerSecond(allowH2) {
  const connect = { rejectUnauthorized: false };
  const pool = new Pool(`https://localhost:${server.address().port}`, {
    connections: 32,
    pipelining: 1,
    allowH2,
    connect,
  });
  const once = () =>
    new Promise((resolve, reject) => {
      pool.dispatch(
        { path: '/', method: 'GET' },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData() {},
          onResponseEnd: resolve,
          onResponseError: (_, error) => reject(error),
        },
      );
    });
  for (let i = 0; i < 50; i += 1) await once();
  const start = performance.now();
  let count = 0;
  const worker = async () => {
    for (; performance.now() - start < milliseconds; count += 1) await once();
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  const rate = count / ((performance.now() - start) / 1000);
  await pool.destroy();
  return Math.round(rate);
}

for (let round = 1; round <= rounds; round += 1) {
  const http1 = await requestsPerSecond(false);
  const http2 = await requestsPerSecond(true);
  console.log(`round ${round}: HTTP/1.1 ${http1}/s, HTTP/2 ${http2}/s, ratio ${(http2 / http1).toFixed(2)}`);
}
process.exit(0);
