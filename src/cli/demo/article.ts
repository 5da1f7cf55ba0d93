/**
 * The page that the demo's API serves at /article: the response of javascript.info's chapter on CORS
 * (https://javascript.info/fetch-crossorigin#response-headers), its `Content-Length: 12345` made true.
 */

import { gzipSync } from 'node:zlib';

/** The length that the chapter prints. */
const promisedBytes = 12345;

const opening = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Forty things that a page may not read</title>
<h1>Forty things that a page may not read</h1>
<p>This text comes from an API that has never heard of your page.</p>
<ol>
`;

const closing = '</ol>\n';

/** The article in plain text, for clients that do not take gzip. */
export const articleHtml: string = fitted();

/** The article as sent: `promisedBytes` long, to the byte. */
export const articleGzip: Buffer = stored(articleHtml);

/**
 * Level 0 stores the bytes as they are inside a gzip envelope, so that the length of the result follows from the
 * length of the text. Deflated, it would change with each version of zlib.
 */
function stored(html: string): Buffer {
  return gzipSync(html, { level: 0 });
}

function fitted(): string {
  let html = opening;
  for (let item = 1; item <= 40; item += 1) html += listItem(item);
  const missing = promisedBytes - stored(html + closing).length;
  return `${html}${' '.repeat(missing)}${closing}`;
}

function listItem(item: number): string {
  return `<li>Row ${item}: the server answered, the browser received every byte, and the script was told
    “Failed to fetch”. Nothing is wrong with the server: it has not said which origins may read what it sends,
    and the browser does not guess. One header would change that.</li>
`;
}
