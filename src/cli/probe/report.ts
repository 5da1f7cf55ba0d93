/** What came of a probe, in words, and the route to paste. */

import { defaults } from '../../config/defaults.ts';
import { folded } from '../../config/wrapped.ts';
import { firstValue, lines } from '../../http/header-list.ts';
import { isLoopbackHost, parseOrigin } from '../../http/origin.ts';
import { maskOf } from '../../observe/mask.ts';
import type { Paint } from '../../observe/paint.ts';
import type { Layout } from '../../observe/spans.ts';
import type { ProbeRequest } from './ask.ts';
import type { Probed, ProbeQuestion, ProbeStep } from './probe.ts';

/** Nothing is known to be secret here: credentials are masked by the names of their fields. */
export const mask = maskOf({ secrets: [] });

/** Columns of the labels. */
const indent = 12;

export function probeText(question: ProbeQuestion, probed: Probed, { paint, width }: Layout): string {
  const { method, url, origin } = question;
  const rows = [...probed.steps.flatMap(stepRows), ...failureRows(probed), ...noteRows(question, probed)];
  const text = rows.map(([label, said]) =>
    folded(`${paint.dim(label.padEnd(indent))}${said}`.trimEnd(), { indent, width }),
  );
  const title = `${mask.text(method)} ${shownUrl(url)}  for a page on ${mask.text(origin)}`;
  const route = needsProxy(probed) ? ['', ...routeLines(question)] : [];
  return [paint.bold(title), '', ...text, '', verdictLine(probed, origin, paint), ...route].join('\n');
}

export function needsProxy({ verdict }: Probed): boolean | null {
  return verdict === 'not asked' ? null : verdict === 'blocked';
}

type Row = readonly [label: string, text: string];

export function shownUrl(url: URL): string {
  return `${url.origin}${mask.target(`${url.pathname}${url.search}`)}`;
}

function stepRows(step: ProbeStep): readonly Row[] {
  const { kind, because, response, browserSays, missing, durationMs } = step;
  const why: readonly Row[] =
    kind === 'preflight'
      ? [['preflight', `the browser asks first, because of ${mask.text(because.join(', '))}`]]
      : [];
  const label = kind === 'preflight' ? '' : 'request';
  const answer: Row = [
    label,
    `${requestText(step.request)} → ${response.status} in ${Math.round(durationMs)} ms`,
  ];
  const said: readonly Row[] =
    browserSays === null
      ? []
      : [
          ...missing.map((line, i): Row => [i === 0 ? 'missing' : '', mask.text(line)]),
          ['browser', `will say: ${mask.text(browserSays)}`],
        ];
  return [...why, answer, ...headerRows(step), ...said];
}

function requestText({ method, url }: ProbeRequest): string {
  return `${mask.text(method)} ${shownUrl(url)}`;
}

/** What CORS is about, and what the notes speak of. */
function headerRows({ response }: ProbeStep): readonly Row[] {
  const shown = [...lines(mask.headers(response.headers))].filter(([name]) =>
    /^(?:access-control-.*|vary|location|www-authenticate)$/i.test(name),
  );
  return shown.map(([name, value]) => ['', `${name}: ${value}`]);
}

function failureRows({ failure }: Probed): readonly Row[] {
  if (failure === undefined) return [];
  const mend: readonly Row[] = failure.hint === '' ? [] : [['mend', mask.text(failure.hint)]];
  return [['failed', mask.text(failure.detail)], ...mend];
}

function noteRows(question: ProbeQuestion, { steps }: Probed): readonly Row[] {
  const notes = steps.flatMap(notesOf);
  const { url, origin } = question;
  const isMixed = origin.startsWith('https:') && url.protocol === 'http:' && !isLoopbackHost(url.hostname);
  if (isMixed) notes.push('a page on https may not ask http at all: browsers block that as mixed content');
  return [...new Set(notes)].map((note, i) => [i === 0 ? 'note' : '', note]);
}

function notesOf({ kind, response, request }: ProbeStep): readonly string[] {
  const { status, headers } = response;
  const challenge = firstValue(headers, 'www-authenticate');
  if (kind === 'preflight' && (status === 401 || status === 403)) {
    return [
      `a preflight never carries credentials: the API must answer OPTIONS without them, not with ${status}`,
    ];
  }
  if (status === 401) {
    const how = challenge === undefined ? '' : ` (${mask.text(challenge.split(/[ ,]/)[0] ?? '')})`;
    return [
      `the API wants to know who asks${how}: give what your app sends, e.g. -H 'authorization: Bearer …'`,
    ];
  }
  if (status >= 300 && status < 400 && firstValue(headers, 'location') !== undefined) {
    return [`${shownUrl(request.url)} redirects: the browser checks each answer on the way`];
  }
  return [];
}

function verdictLine({ verdict }: Probed, origin: string, paint: Paint): string {
  switch (verdict) {
    case 'readable':
      return paint.green(`✓ readable: a page on ${mask.text(origin)} needs no proxy for this`);
    case 'same origin':
      return paint.green('✓ same origin: nothing to ask for, and no proxy needed');
    case 'blocked':
      return paint.red('✗ blocked: the API must send what is missing, or a proxy does');
    case 'not asked':
      return paint.red('✗ the API could not be asked');
  }
}

export interface RouteToPaste {
  readonly match: string;
  readonly target: string;
  readonly stripPrefix: string;
  readonly cors: { readonly allowOrigin: string; readonly allowCredentials?: true };
}

export function routeFor({ url, origin, credentials }: ProbeQuestion): RouteToPaste {
  const prefix = prefixOf(url.hostname);
  return {
    match: `${prefix}/**`,
    target: url.origin,
    stripPrefix: prefix,
    cors: { allowOrigin: origin, ...(credentials === 'include' ? { allowCredentials: true } : {}) },
  };
}

/** `api.github.com` → `/github`: the label that people call it by. */
function prefixOf(hostname: string): string {
  const labels = hostname.split('.');
  const isName = labels.length > 1 && !/^[0-9.]+$|^\[/.test(hostname) && !isLoopbackHost(hostname);
  const label = isName ? labels.filter((each) => !/^(?:api|www)[0-9]*$/.test(each))[0] : undefined;
  return `/${label ?? 'api'}`;
}

function routeLines(question: ProbeQuestion): readonly string[] {
  const { match, target, stripPrefix, cors } = routeFor(question);
  const { url } = question;
  const isOrigin = parseOrigin(cors.allowOrigin) !== undefined;
  const isCredentialed = cors.allowCredentials === true;
  const credentials = isCredentialed ? ' --allow-credentials' : '';
  const credentialsKey = isCredentialed ? ', "allowCredentials": true' : '';
  return [
    'Route to paste into "routes" of cors-proxy.config.json:',
    `  { "match": ${JSON.stringify(match)}, "target": ${JSON.stringify(target)}, "stripPrefix": ${JSON.stringify(stripPrefix)},`,
    `    "cors": { "allowOrigin": ${JSON.stringify(cors.allowOrigin)}${credentialsKey} } }`,
    ...(isOrigin
      ? [`Or at once: cors-proxy ${stripPrefix}=${target} --allow-origin ${cors.allowOrigin}${credentials}`]
      : []),
    `In your app: http://localhost:${defaults.listen.port}${stripPrefix}${mask.target(`${url.pathname}${url.search}`)}`,
  ];
}
