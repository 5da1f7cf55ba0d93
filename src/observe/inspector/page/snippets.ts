/** A request as text to paste elsewhere. What is masked stays masked. */

import type { Detail, Field } from '../wire.ts';
import { isBrowsersOwn } from './browsers-own.ts';
import { shellWord } from './shell-word.ts';

/** For a POSIX shell: quoted so that nothing in it is expanded, by curl neither. */
export function curlText({ row, url, request }: Detail): string {
  const body = request.body.text;
  const isPlain = row.method === 'GET' && body === '';
  const has = (name: string) => request.fields.some(([each]) => each.toLowerCase() === name);
  const words = [
    `curl ${shellWord(url)}`,
    // curl reads [1-3] and {a,b} in a URL as lists.
    ...(/[[\]{}]/.test(url) ? ['--globoff'] : []),
    // This proxy on this machine, whoever signed for it.
    ...(url.startsWith('https:') ? ['--insecure'] : []),
    ...(isPlain ? [] : [row.method === 'HEAD' ? '--head' : `-X ${shellWord(row.method)}`]),
    ...request.fields
      .filter(isSent)
      .map(([name, value]) => `-H ${shellWord(value === '' ? `${name};` : `${name}: ${value}`)}`),
    // What comes compressed is to be read.
    ...(has('accept-encoding') ? ['--compressed'] : []),
    ...(body === '' ? [] : [`--data-raw ${shellWord(body)}`]),
    // curl would call it a form.
    ...(body === '' || has('content-type') ? [] : ["-H 'Content-Type:'"]),
  ];
  return words.join(' \\\n  ');
}

/** curl writes these itself. */
function isSent([name]: Field): boolean {
  return !/^(?:accept-encoding|host|content-length|transfer-encoding|connection)$/i.test(name);
}

/** What a copy has not, so that it asks for something else; empty where it is whole. */
export function lackOf({ noReplay, request }: Detail, copied: string): string {
  if (request.body.kind === 'binary') return 'without its body, which is no text';
  if (noReplay !== '') return noReplay;
  return copied.includes('***') ? '*** stands for a value that is not shown' : '';
}

/** As a page would write it: without the headers that only a browser sets. */
export function fetchText({ row, url, request }: Detail): string {
  const headers = request.fields.filter(([name]) => !isBrowsersOwn(name.toLowerCase()));
  const sendsCookies = request.fields.some(([name]) => name.toLowerCase() === 'cookie');
  const options = {
    ...(row.method === 'GET' ? {} : { method: row.method }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(sendsCookies ? { credentials: 'include' } : {}),
    // Fetch, "new Request": a GET has no body.
    ...(request.body.text === '' || /^(?:GET|HEAD)$/.test(row.method) ? {} : { body: request.body.text }),
  };
  const text = JSON.stringify(options, undefined, 2);
  return text === '{}'
    ? `await fetch(${JSON.stringify(url)});`
    : `await fetch(${JSON.stringify(url)}, ${text});`;
}
