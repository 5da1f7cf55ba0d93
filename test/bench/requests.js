/** What the clients send, as Chromium writes it, and how an answer is checked. */

import { mediumBody, smallBody } from './upstream.js';

export const origin = 'http://localhost:5173';

const browser = [
  'sec-ch-ua-platform: "Linux"',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Accept: application/json',
  'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
  'sec-ch-ua-mobile: ?0',
  `Origin: ${origin}`,
  'Sec-Fetch-Site: same-site',
  'Sec-Fetch-Mode: cors',
  'Sec-Fetch-Dest: empty',
  `Referer: ${origin}/`,
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-US,en;q=0.9',
];

/** A request as bytes. `path` is the proxy's own for the API's path. */
export function requestBytes(method, path, { port, fields = [], body = '', connection = 'keep-alive' }) {
  const start = [`${method} ${path} HTTP/1.1`, `Host: localhost:${port}`, `Connection: ${connection}`];
  const lines = [...start, ...browser, ...fields];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const json = 'Content-Type: application/json';

/** One exchange: what is sent, and what must come back. */
export function get(port, path, body = smallBody) {
  const fields = ['Cookie: session=5b0e6f8a2c91; theme=dark'];
  return { bytes: requestBytes('GET', path, { port, fields }), isRight: (answer) => isOk(answer, body) };
}

export function getMedium(port, path) {
  return get(port, path, mediumBody);
}

export function post(port, path) {
  const fields = [json, `Content-Length: ${smallBody.length}`];
  const bytes = requestBytes('POST', path, { port, fields, body: smallBody.toString() });
  return { bytes, isRight: (answer) => isOk(answer, smallBody) };
}

export function preflight(port, path) {
  const fields = [
    'Access-Control-Request-Method: POST',
    'Access-Control-Request-Headers: authorization,content-type',
  ];
  return { bytes: requestBytes('OPTIONS', path, { port, fields }), isRight: isPreflightAnswer };
}

function isOk({ head, body }, expected) {
  return head.startsWith('HTTP/1.1 200 ') && body.equals(expected);
}

function isPreflightAnswer({ head, body }) {
  return (
    /^HTTP\/1\.1 20[04] /.test(head) && /\r\naccess-control-allow-origin:/i.test(head) && body.length === 0
  );
}
