/** The demo page as HTML: readable before its script runs, which only fills in what the browser allowed. */

import { type Experiment, snippetOf } from './experiment.ts';
import { experiments } from './experiments.ts';

export interface PageOrigins {
  readonly page: string;
  readonly api: string;
  readonly proxy: string;
}

/** `missing`: the packages that an experiment needs and that are not installed. */
export function pageHtml(origins: PageOrigins, missing: readonly string[] = []): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>cors-proxy demo</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
<script type="application/json" id="demo">${embeddable({ origins, experiments, missing })}</script>
<script type="module" src="/draw.js"></script>
</head>
<body>
<a class="skip" href="#experiments">Skip to the experiments</a>
<header>
  <p class="brand">${icon}<span>cors-proxy <span class="muted">demo</span></span></p>
  <h1>What may this page read?</h1>
  <p class="lead">Every call below is made twice by your browser: straight to an API that has never heard of CORS,
  and through the proxy. The code is the same; only the address differs.</p>
  ${waysHtml(origins)}
  <noscript><p class="note">The calls are made by a script: switch JavaScript on to see them.</p></noscript>
  ${scoreHtml()}
</header>
<main id="experiments" tabindex="-1">
${experiments.map(experimentHtml).join('\n')}
</main>
${footerHtml(origins)}
</body>
</html>
`;
}

/** JSON inside a script element ends at the first `</`, and `<!--` changes how it is read (HTML, "script data state"). */
function embeddable(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const icon = `<svg viewBox="0 0 32 32" aria-hidden="true"><use href="/icon.svg#mark"/></svg>`;

/** The strokes are set on the group: `use` brings the group alone into the page. */
export const iconSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<g id="mark" fill="none" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">
<path stroke="#8b93a5" d="M2 10h6M24 10h6M2 22h6M24 22h6M10 5v22M22 5v22"/><path stroke="#0f9d6b" d="M6 17l6 6 14-15"/>
</g>
</svg>
`;

function waysHtml({ page, api, proxy }: PageOrigins): string {
  const stop = (label: string, url: string) =>
    `<span class="stop"><b>${label}</b> <code>${escapeHtml(url)}</code></span>`;
  const arrow = '<span class="arrow" aria-hidden="true">→</span>';
  return `<ul class="ways">
    <li class="direct"><h2>Straight to the API</h2><p>${stop('page', page)}${arrow}${stop('API', api)}</p></li>
    <li class="proxied"><h2>Through cors-proxy</h2><p>${stop('page', page)}${arrow}${stop('proxy', proxy)}${arrow}${stop('API', api)}</p></li>
  </ul>`;
}

function scoreHtml(): string {
  const rows = experiments.map(
    ({ id, title }) => `<tr><th scope="row"><a href="#${id}">${escapeHtml(title)}</a></th>
      <td data-score="${id}-direct"><span class="wait">…</span></td><td data-score="${id}-proxied"><span class="wait">…</span></td></tr>`,
  );
  return `<section class="score" aria-labelledby="score-title">
    <div class="bar"><h2 id="score-title">At a glance</h2>
    <p id="tally" role="status">Waiting for the browser …</p>
    <button type="button" id="run-all">Run all again</button></div>
    <table><thead><tr><th scope="col">Experiment</th><th scope="col">Straight</th><th scope="col">Proxied</th></tr></thead>
    <tbody>${rows.join('\n')}</tbody></table>
  </section>`;
}

function experimentHtml(experiment: Experiment, index: number): string {
  const { id, title, about, rule } = experiment;
  return `<section class="experiment" id="${id}" aria-labelledby="${id}-title">
  <div class="intro">
    <div>
      <h2 id="${id}-title"><span class="number" aria-hidden="true">${index + 1}</span>${escapeHtml(title)}</h2>
      <p>${escapeHtml(about)}</p>
      <button type="button" data-run="${id}">Run again<span class="unseen">: ${escapeHtml(title)}</span></button>
    </div>
    <div class="sources">
      <h3>In the page</h3>
      <pre>${escapeHtml(snippetOf(experiment))}</pre>
      <h3>In the config</h3>
      <pre>${escapeHtml(rule)}</pre>
    </div>
  </div>
  <div class="sides">
    ${cardHtml(id, 'direct', 'Straight to the API')}
    ${cardHtml(id, 'proxied', 'Through cors-proxy')}
  </div>
</section>`;
}

function cardHtml(id: string, side: 'direct' | 'proxied', label: string): string {
  return `<article class="card ${side}" data-card="${id}-${side}" aria-label="${label}">
      <h3>${label}</h3><div class="result"><p class="wait">Not run yet</p></div>
    </article>`;
}

/** `-k` for https: curl does not trust a certificate that was made here. */
export function curlCommand(url: string, origin: string): string {
  return `curl ${url.startsWith('https:') ? '-ik' : '-i'} -H 'Origin: ${origin}' ${url}`;
}

function footerHtml({ page, proxy }: PageOrigins): string {
  const otherName = page.replace('//localhost:', '//127.0.0.1:');
  const command = curlCommand(`${proxy}/weather`, page);
  return `<footer>
  <h2>Further</h2>
  <ul>
    <li>Open <a href="${escapeHtml(otherName)}/">${escapeHtml(otherName)}</a>: the same page under another name is another origin. Now the
      proxy refuses everything that is not open to “*”, and the terminal says why.</li>
    <li>Ask without a browser: <code class="command">${escapeHtml(command)}</code></li>
    <li>The rules stand in <code>config/demo.config.json</code>, a file meant to be read.</li>
  </ul>
</footer>`;
}
