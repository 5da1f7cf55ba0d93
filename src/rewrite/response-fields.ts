/** Which fields of an upstream's response never reach a page, whatever the route says. */

import { listElements } from '../http/token.ts';

/**
 * Fields that would bind to this proxy's origin, and so to the developer's localhost: HSTS would break every plain
 * dev server, `Clear-Site-Data: "cookies"` wipes the cookies of every localhost port.
 */
const bindsToOrigin: ReadonlySet<string> = new Set([
  'alt-svc',
  'clear-site-data',
  'expect-ct',
  'nel',
  'origin-agent-cluster',
  'public-key-pins',
  'public-key-pins-report-only',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie2',
  'strict-transport-security',
]);

export function isBoundToOrigin(lowerCaseName: string): boolean {
  return bindsToOrigin.has(lowerCaseName);
}

/** Statuses whose message ends with the head (RFC 9110 §6.4.1), so that no framing field may stand there. */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 304 || status < 200;
}

const anyType = /^[^\s/]+\/[^\s/]+$/;
const activeType =
  /^(?:text\/html|text\/xsl|(?:text|application)\/xml|.+\+xml|(?:unknown|application)\/unknown|\*\/\*)$/;

/**
 * Whether a browser may run this as a document of our origin: HTML, every XML type (script in the namespace of XHTML
 * runs in each), and what it sniffs because the type says nothing. Of several types the last that can be read counts
 * (Fetch, "extract a MIME type"); here any of them does.
 */
export function isActiveDocument(contentTypes: readonly string[]): boolean {
  const essences = listElements(contentTypes.join(',').toLowerCase()).map((type) => {
    return type.split(';', 1)[0]?.trimEnd() ?? '';
  });
  return (
    essences.length === 0 || essences.some((essence) => activeType.test(essence) || !anyType.test(essence))
  );
}
