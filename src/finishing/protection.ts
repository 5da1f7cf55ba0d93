/** CORP, nosniff and the sandbox: what answers carry where a route has a secret. */

import { allValues, firstValue, type MutableHeaderList, replaceField } from '../http/header-list.ts';
import { hasNoBody, isActiveDocument } from '../rewrite/response-fields.ts';
import type { Route, Ruleset } from '../ruleset.ts';

export interface Protection {
  readonly route: Route;
  readonly ruleset: Ruleset;
  readonly status: number;
}

/** What keeps other pages, and pages served through us, away from routes that carry a secret. */
export function protect(headers: MutableHeaderList, { route, ruleset, status }: Protection): void {
  const policy = firstValue(headers, 'cross-origin-resource-policy');
  if (route.secretNames.length > 0) {
    replaceField(headers, 'Cross-Origin-Resource-Policy', 'same-site');
    replaceField(headers, 'X-Content-Type-Options', 'nosniff');
  } else if (policy?.trim().toLowerCase() === 'same-origin' && route.policy.mode === 'enforce') {
    // The upstream meant its own origin; for the page that is any localhost port.
    replaceField(headers, 'Cross-Origin-Resource-Policy', 'same-site');
  }
  // A document on our own origin sends no Origin on GET: without scripts it cannot reach a secret route.
  if (!ruleset.hasSecretRoute || hasNoBody(status)) return;
  if (isActiveDocument(allValues(headers, 'content-type'))) {
    headers.push('Content-Security-Policy', 'sandbox');
  }
}
