/** A small page for a person: no script, nothing from elsewhere, every text escaped. */

import { createHash } from 'node:crypto';

export interface PlainPage {
  readonly title: string;
  /** Paragraphs below the title. */
  readonly lead: readonly string[];
  /** What to do, where there is something. */
  readonly mend: string;
  /** Name and value; those without a value are left out. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** The page, and the only policy under which it works: nothing may run, load or be sent. */
export function plainPage({ title, lead, mend, facts }: PlainPage): {
  readonly html: string;
  readonly policy: string;
} {
  const rows = facts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · cors-proxy</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<p class="brand">cors-proxy</p>
<h1>${escapeHtml(title)}</h1>
${lead.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n')}
${mend === '' ? '' : `<p class="mend"><b>To mend it</b> ${escapeHtml(mend)}</p>`}
${rows.length === 0 ? '' : `<dl>${rows.join('')}</dl>`}
</main>
</body>
</html>
`;
  return { html, policy };
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const style = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --line: #dfe3ea; --ink: #1b2130; --muted: #586174; --good: #0b7a52; --good-ground: #e7f5ee; }
@media (prefers-color-scheme: dark) { :root { --ground: #11141b; --card: #191e28; --line: #2c3442; --ink: #e6e9f0; --muted: #9aa5b8; --good: #6bdcaa; --good-ground: #14322a; } }
* { box-sizing: border-box; }
body { margin: 0; padding: clamp(1rem, 8vh, 5rem) 1rem; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 1.6rem clamp(1.1rem, 4vw, 2.2rem) 1.8rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.brand { margin: 0; font-size: .85rem; font-weight: 650; color: var(--muted); }
h1 { margin: .3rem 0 .8rem; font-size: clamp(1.3rem, 4vw, 1.7rem); line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; }
p { margin: .6rem 0; overflow-wrap: anywhere; }
.mend { padding: .65rem .9rem; border-radius: 8px; background: var(--good-ground); }
.mend b { color: var(--good); margin-right: .35em; }
dl { margin: 1.2rem 0 0; font-size: .9rem; border-top: 1px solid var(--line); }
dl div { display: grid; grid-template-columns: 7rem minmax(0, 1fr); align-items: baseline; gap: .8rem; padding: .4rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--muted); }
dd { margin: 0; font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .92em; overflow-wrap: anywhere; }
@media (max-width: 30rem) { dl div { grid-template-columns: minmax(0, 1fr); gap: 0; } }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'; sandbox`;
