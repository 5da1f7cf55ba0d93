/** The floor: what Node itself can do. A bare server that answers the same bytes, and asks nobody: node floor.js PORT */

import { createServer } from 'node:http';
import { sendLargeBody } from './messages.js';
import { apiFields, corsFields, mediumBody, smallBody } from './upstream.js';

const [port] = process.argv.slice(2);
const fields = (length) =>
  [...apiFields, ...corsFields.slice(0, 2), ['Content-Length', String(length)]].flat();
const ok = { small: fields(smallBody.length), medium: fields(mediumBody.length) };
const preflight = corsFields.flat();

createServer((request, response) => {
  const { method, url } = request;
  if (method === 'OPTIONS') response.writeHead(204, preflight).end();
  else if (method === 'POST') take(request, response);
  else if (url.endsWith('/64k')) response.writeHead(200, ok.medium).end(mediumBody);
  else if (url.includes('/large/')) give(response, Number(url.slice(url.lastIndexOf('/') + 1)));
  else response.writeHead(200, ok.small).end(smallBody);
}).listen(port, '127.0.0.1');

function take(request, response) {
  let received = 0;
  request.on('data', (chunk) => {
    received += chunk.length;
  });
  request.on('end', () => {
    const isUpload = request.url.endsWith('/upload');
    const body = isUpload ? JSON.stringify({ received, isWhole: true }) : smallBody;
    response.writeHead(200, isUpload ? fields(body.length) : ok.small).end(body);
  });
}

function give(response, bytes) {
  response.writeHead(200, fields(bytes));
  sendLargeBody(response, bytes, () => response.end());
}
