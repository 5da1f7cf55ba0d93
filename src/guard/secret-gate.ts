/**
 * The gate of routes that carry a secret. CORS protects reading, not sending: a page that may not read an answer can
 * still spend the key, by a form, an image or a navigation. So the gate stands before the upstream is called.
 * Source: Fetch Metadata Request Headers (W3C); the attacks are those of CVE-2025-30359 and CVE-2026-6402.
 */

import type { RequestFacts } from '../http/request-facts.ts';
import { excerpt, type Refusal, requestDenied, requestError } from './refusal.ts';

export interface GatedRequest {
  readonly facts: RequestFacts;
  /** The path has `..%2f` or the like: a dot segment for an upstream that decodes first. */
  readonly hidesDotSegment: boolean;
  /** Names of the `${NAME}`s that the route would add. */
  readonly secretNames: readonly string[];
}

/** Asked once the origin, if any, has passed. */
export function refuseAtSecretGate({
  facts,
  hidesDotSegment,
  secretNames,
}: GatedRequest): Refusal | undefined {
  const secret = secretNames.join(', ');
  if (hidesDotSegment) {
    return requestError(400, 'Cannot send a secret to a path with an encoded dot segment', { quiet: true });
  }
  // Loopback turned into public: a tunnel, a container or another proxy speaks for somebody whom we cannot see.
  if (facts.forwarded !== undefined) {
    return denied(
      `The request came through another proxy (${excerpt(facts.forwarded)}), and this route carries ${secret}`,
      {
        hint: 'let the page call this proxy directly',
      },
    );
  }
  if (facts.origin !== undefined) return undefined;
  // No Origin: only Sec-Fetch-Site tells a page from curl. Same-site is another localhost port, not this one.
  const site = facts.fetchSite;
  if (site === undefined || site === 'none' || site === 'same-origin') return undefined;
  return denied(
    `A ${excerpt(site)} request without Origin (image, script, link or navigation) may not use ${secret}`,
    {
      hint: 'call this route with fetch from a listed origin, or by crossorigin elements',
    },
  );
}

function denied(detail: string, parts: Partial<Refusal>): Refusal {
  return requestDenied(403, detail, { ...parts, quiet: true });
}
