/** Exchange → all that the page shows of it: made when somebody opens it, masked by the rules that it began with. */

import type { Exchange } from '../../exchange.ts';
import { allValues, firstValue, type HeaderList, lines } from '../../http/header-list.ts';
import { parseAuthority } from '../../http/host.ts';
import { withoutOwnCookies } from '../../http/own-cookie.ts';
import { ownFields } from '../../http/own-fields.ts';
import type { Numbered } from '../journal.ts';
import { maskOf } from '../mask.ts';
import { allowableOrigin } from './allow.ts';
import { bodyView } from './body-view.ts';
import { browserSteps } from './browser-view.ts';
import { cookieRows, type Listening, setCookieRows } from './cookie-fate.ts';
import { whyNoReplay } from './replay.ts';
import { rowOf } from './row.ts';
import { whySteps } from './why.ts';
import type { Detail, Field, Step } from './wire.ts';
import { withoutSteps } from './without-proxy.ts';

export function detailOf({ n, exchange }: Numbered): Detail {
  const { head, id, bodies, plan, timings, attempts, responseHeaders, upstreamHeaders, ruleset } = exchange;
  const mask = maskOf(ruleset);
  const fields = (headers: HeaderList) => [...lines(mask.headers(headers))];
  const steps = (made: readonly Step[]) =>
    made.map((each) => ({ ...each, text: mask.text(each.text), mend: mask.text(each.mend) }));
  return {
    row: rowOf({ n, exchange }),
    requestId: id,
    client: head.client,
    version: head.version,
    url: mask.target(urlOf(exchange)),
    request: {
      fields: fields(withoutOwn(head.headers)),
      upstream: upstreamOf(exchange, fields),
      body: bodyView(bodies?.request, head.headers, mask),
    },
    response: {
      upstreamFields: upstreamHeaders === undefined ? null : fields(upstreamHeaders),
      fields: fields(responseHeaders),
      body: bodyView(bodies?.response, responseHeaders, mask),
    },
    why: steps(whySteps(exchange)),
    browser: steps(browserSteps(exchange)),
    without: steps(withoutSteps(exchange)),
    cookies: cookiesOf(exchange),
    timing: { waitMs: timings.upstreamHeadMs ?? null, totalMs: timings.totalMs, attempts },
    noReplay: whyNoReplay(exchange),
    allowable: allowableOrigin(plan) ?? '',
  };
}

function urlOf({ head }: Exchange): string {
  if (!head.target.startsWith('/')) return head.target;
  return `${head.listener.scheme}://${firstValue(head.headers, 'host') ?? ''}${head.target}`;
}

/** What the inspector itself put there is nobody's request. */
function withoutOwn(headers: HeaderList): HeaderList {
  return [...lines(headers)].flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (lower === ownFields.replay || lower === ownFields.key) return [];
    const kept = lower === 'cookie' ? withoutOwnCookies(value) : value;
    return kept === undefined ? [] : [name, kept];
  });
}

function upstreamOf(
  { plan, ruleset }: Exchange,
  fields: (headers: HeaderList) => readonly Field[],
): Detail['request']['upstream'] {
  if (plan.kind !== 'forward') return null;
  const { origin, path, method, headers } = plan.upstream;
  return { url: maskOf(ruleset).target(`${origin}${path}`), method, fields: fields(headers) };
}

function cookiesOf(exchange: Exchange): Detail['cookies'] {
  const { plan, head, upstreamHeaders, responseHeaders, ruleset } = exchange;
  const route = plan.kind === 'forward' ? ruleset.routes[plan.route.index] : undefined;
  if (plan.kind !== 'forward' || route === undefined) return { up: [], down: [] };
  const values = (headers: HeaderList, name: string) => allValues(maskOf(ruleset).headers(headers), name);
  const listening: Listening = {
    scheme: head.listener.scheme,
    host: parseAuthority(firstValue(head.headers, 'host') ?? '')?.host ?? '',
    site: plan.site,
    cookies: plan.cookies,
    handling: route.response.cookies,
    way: route.policy.places.allowCredentials.way,
  };
  const sent = values(withoutOwn(head.headers), 'cookie');
  return {
    up: cookieRows(sent, values(plan.upstream.headers, 'cookie'), listening),
    down: setCookieRows(
      values(upstreamHeaders ?? [], 'set-cookie'),
      values(responseHeaders, 'set-cookie'),
      listening,
    ),
  };
}
