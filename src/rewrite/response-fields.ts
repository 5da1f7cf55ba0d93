/** Which fields of an upstream's response never reach a page, whatever the route says. */

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

/** Media types that a browser runs as a document of our origin. */
export function isActiveDocument(contentType: string): boolean {
  return /^\s*(?:text\/html|application\/xhtml\+xml|image\/svg\+xml|(?:text|application)\/xml)\b/i.test(
    contentType,
  );
}
