/**
 * What Chromium prints in its console, without the URLs in front; test/browser compares the sentences with those of a
 * real one.
 */

/** Where the browser stops: at the preflight's answer, at the response itself, or in the handshake of a WebSocket. */
export type BlockedAt = 'preflight' | 'response' | 'handshake';

export function sayOriginRefused(at: BlockedAt): string {
  switch (at) {
    case 'response':
      return noAllowOrigin;
    case 'preflight':
      return `Response to preflight request doesn't pass access control check: ${noAllowOrigin}`;
    case 'handshake':
      // WebSockets know no CORS: the console has the status alone.
      return 'Error during WebSocket handshake: Unexpected response code: 403';
  }
}

const noAllowOrigin = "No 'Access-Control-Allow-Origin' header is present on the requested resource.";

export function sayMethodRefused(method: string): string {
  return `Method ${method} is not allowed by Access-Control-Allow-Methods in preflight response.`;
}

export function sayHeaderRefused(lowerCaseName: string): string {
  return `Request header field ${lowerCaseName} is not allowed by Access-Control-Allow-Headers in preflight response.`;
}
