/** A request as text to paste elsewhere. What is masked stays masked. */

import type { Detail, Field } from '../wire.ts';
import { isBrowsersOwn } from './browsers-own.ts';
import { shellWord } from './shell-word.ts';

/** For a POSIX shell: quoted so that nothing in it is expanded. */
export function curlText({ row, url, request }: Detail): string {
  const isPlain = row.method === 'GET' && request.body.text === '';
  const words = [
    `curl ${shellWord(url)}`,
    ...(isPlain ? [] : [row.method === 'HEAD' ? '--head' : `-X ${shellWord(row.method)}`]),
    ...request.fields
      .filter(isSent)
      .map(([name, value]) => `-H ${shellWord(value === '' ? `${name};` : `${name}: ${value}`)}`),
    ...(request.body.text === '' ? [] : [`--data-raw ${shellWord(request.body.text)}`]),
  ];
  return words.join(' \\\n  ');
}

/** curl writes these itself. */
function isSent([name]: Field): boolean {
  return !/^(?:host|content-length|transfer-encoding|connection)$/i.test(name);
}

/** As a page would write it: without the headers that only a browser sets. */
export function fetchText({ row, url, request }: Detail): string {
  const headers = request.fields.filter(([name]) => !isBrowsersOwn(name.toLowerCase()));
  const sendsCookies = request.fields.some(([name]) => name.toLowerCase() === 'cookie');
  const options = {
    ...(row.method === 'GET' ? {} : { method: row.method }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(sendsCookies ? { credentials: 'include' } : {}),
    ...(request.body.text === '' ? {} : { body: request.body.text }),
  };
  const text = JSON.stringify(options, undefined, 2);
  return text === '{}'
    ? `await fetch(${JSON.stringify(url)});`
    : `await fetch(${JSON.stringify(url)}, ${text});`;
}
