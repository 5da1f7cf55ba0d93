/** Fields that a browser writes, not the page that it shows. */

/** Fetch, "forbidden request-header", and what browsers send unasked. */
export function isBrowsersOwn(lowerCaseName: string): boolean {
  return /^(?:accept-encoding|accept-language|access-control-.*|cache-control|connection|content-length|cookie|date|dnt|expect|host|if-.*|keep-alive|origin|pragma|priority|proxy-.*|referer|sec-.*|te|trailer|transfer-encoding|upgrade|upgrade-insecure-requests|user-agent|via)$/.test(
    lowerCaseName,
  );
}
