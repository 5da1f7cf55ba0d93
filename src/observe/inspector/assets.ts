/** The page and its files: compiled modules, Preact from its own package, one style sheet. Nothing from elsewhere. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { OwnRequest, WholeAnswer } from '../../own-endpoint.ts';
import { guarded, whole } from './answer.ts';
import type { Inspected } from './inspected.ts';
import { iconSvg } from './page/icon.ts';
import { pageStyle } from './page/style.ts';

const base = '/__cors-proxy/assets';

/** Bare names → the files that the package ships for browsers. */
const packageFiles: Readonly<Record<string, string>> = {
  'preact.mjs': 'dist/preact.mjs',
  'jsx-runtime.mjs': 'jsx-runtime/dist/jsxRuntime.mjs',
};

const importMap = JSON.stringify({
  imports: { preact: `${base}/preact.mjs`, 'preact/jsx-runtime': `${base}/jsx-runtime.mjs` },
});

const importMapHash = createHash('sha256').update(importMap).digest('base64');

export function pageAnswer({ origin }: OwnRequest, { door }: Inspected): WholeAnswer {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="key" content="${door.key}">
<title>cors-proxy inspector</title>
<link rel="icon" href="${base}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${base}/style.css">
<script type="importmap">${importMap}</script>
<script type="module" src="${base}/main.js"></script>
</head>
<body>
<div id="app"><noscript>The inspector is made by its script: switch JavaScript on for this page.</noscript></div>
</body>
</html>
`;
  const type = ['Content-Type', 'text/html; charset=utf-8'];
  return whole(200, [...type, 'Content-Security-Policy', policyFor(origin), ...guarded], html);
}

/**
 * By path, not `'self'`: what an API serves through this proxy has the same origin. IPv6 addresses are no host of a
 * policy (CSP, "host-source"), so there the whole origin has to do.
 */
function policyFor(origin: string): string {
  const isNamed = !origin.includes('[');
  const [assets, own] = isNamed ? [`${origin}${base}/`, `${origin}/__cors-proxy/`] : ["'self'", "'self'"];
  return [
    "default-src 'none'",
    `script-src ${assets} 'sha256-${importMapHash}'`,
    `style-src ${assets}`,
    `img-src ${assets}`,
    `connect-src ${own}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Nothing here turns a text into markup; this makes the browser hold us to it.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

export async function assetAnswer(
  path: string,
  { pageFolder = new URL('./page/', import.meta.url) }: Inspected,
): Promise<WholeAnswer | undefined> {
  const name = path.slice('/assets/'.length);
  if (name === 'style.css') return fileAnswer('text/css; charset=utf-8', pageStyle);
  if (name === 'icon.svg') return fileAnswer('image/svg+xml', iconSvg);
  const inPackage = packageFiles[name];
  if (inPackage !== undefined) return scriptAnswer(packageUrl(inPackage));
  // A name of one of our modules, never a path.
  return /^[a-z-]+\.js$/.test(name) ? scriptAnswer(new URL(name, pageFolder)) : undefined;
}

function packageUrl(file: string): URL {
  const manifest = createRequire(import.meta.url).resolve('preact/package.json');
  return new URL(file, pathToFileURL(manifest));
}

async function scriptAnswer(file: URL): Promise<WholeAnswer | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The maps stay in the package: a browser with its tools open would ask for them.
  return fileAnswer('text/javascript; charset=utf-8', text.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
}

function fileAnswer(type: string, text: string): WholeAnswer {
  return whole(200, ['Content-Type', type, ...guarded], text);
}
