/** `cors-proxy probe URL --origin O`: asks the real API, and says whether a page on that origin needs a proxy for it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isForbiddenRequestHeader } from '../../http/fetch-names.ts';
import type { HeaderList } from '../../http/header-list.ts';
import { parseOrigin } from '../../http/origin.ts';
import type { CommandLine } from '../command-line.ts';
import type { Run } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readHeader, readMethod } from '../explain/question.ts';
import { frontEndsOf } from '../front-end.ts';
import { asking } from '../probe/ask.ts';
import { type Probed, type ProbeQuestion, probe as probeApi } from '../probe/probe.ts';
import { mask, needsProxy, probeText, routeFor, shownUrl } from '../probe/report.ts';
import { UsageError } from '../usage-error.ts';

export const probe: Run = async ({ io, line, settings, terminal }) => {
  const question = readProbe(line, io.cwd);
  const probed = await probeApi(question, asking(io.env));
  const isJson = line.switches.get('json') === true || settings.logFormat === 'json';
  const { out } = terminal;
  out.line(isJson ? JSON.stringify(probeJson(question, probed)) : probeText(question, probed, out.layout()));
  return codeOf(probed);
};

function codeOf({ verdict }: Probed): ExitCode {
  switch (verdict) {
    case 'readable':
    case 'same origin':
      return exitCode.ok;
    case 'blocked':
      return exitCode.refused;
    case 'not asked':
      return exitCode.failure;
  }
}

function readProbe({ operands, texts, switches }: CommandLine, cwd: string): ProbeQuestion {
  const credentials = switches.get('credentials') === true ? 'include' : 'omit';
  const given = (texts.get('header') ?? []).flatMap(readHeader);
  return {
    url: readUrl(operands[0]),
    origin: readOrigin(texts.get('origin')?.[0] ?? frontEndOrigin(cwd)),
    method: readMethod(texts.get('method')?.[0] ?? 'GET'),
    headers: sendable(given, credentials),
    credentials,
  };
}

function readUrl(text: string | undefined): URL {
  const example = 'write cors-proxy probe https://api.github.com/user --origin http://localhost:5173';
  if (text === undefined) throw new UsageError('probe needs the URL of an API', example);
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    throw new UsageError(`Cannot ask ${JSON.stringify(text)}: it is no full http(s) URL`, example);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('No page can ask a URL with a user in it: fetch refuses it', 'leave the user out');
  }
  return url;
}

function readOrigin(text: string): string {
  if (text === 'null' || parseOrigin(text) !== undefined) return text;
  throw new UsageError(
    `Cannot use ${JSON.stringify(text)} as an origin: browsers send scheme://host[:port], in lower case`,
    'write --origin http://localhost:5173',
  );
}

/** Of the project that one stands in; Vite's where it is unknown. */
function frontEndOrigin(cwd: string): string {
  const textOf = (name: string) => {
    try {
      return readFileSync(join(cwd, name), 'utf8');
    } catch {
      return undefined;
    }
  };
  return frontEndsOf({ textOf })[0]?.origin ?? 'http://localhost:5173';
}

/** What fetch would drop is dropped; a cookie is what the jar would add where credentials go along. */
function sendable(headers: HeaderList, credentials: ProbeQuestion['credentials']): HeaderList {
  return headers.filter((_, i) => {
    const name = (headers[i - (i % 2)] ?? '').toLowerCase();
    return !isForbiddenRequestHeader(name) || (name === 'cookie' && credentials === 'include');
  });
}

function probeJson(question: ProbeQuestion, probed: Probed): object {
  const { url, origin, method, credentials } = question;
  const { steps, verdict, failure } = probed;
  return {
    url: shownUrl(url),
    origin,
    method,
    credentials,
    verdict,
    needsProxy: needsProxy(probed),
    missing: [
      ...new Set(steps.filter(({ browserSays }) => browserSays !== null).flatMap((step) => step.missing)),
    ],
    browserSays: steps.find(({ browserSays }) => browserSays !== null)?.browserSays ?? null,
    failure: failure === undefined ? null : { code: failure.code, detail: mask.text(failure.detail) },
    steps: steps.map(({ kind, request, response, durationMs, because, browserSays, missing }) => ({
      kind,
      because,
      method: request.method,
      url: shownUrl(request.url),
      status: response.status,
      headers: mask.headers(response.headers),
      durationMs: Math.round(durationMs),
      missing,
      browserSays,
    })),
    route: needsProxy(probed) === true ? routeFor(question) : null,
  };
}
