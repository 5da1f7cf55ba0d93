/** The red line of a browser's console → what was asked, as far as the line tells. Pure. */

export interface Pasted {
  /** `undefined` where the line does not name it: one of Safari's two. */
  readonly url: string | undefined;
  /** `undefined` where the line does not name it: Firefox never does. */
  readonly origin: string | undefined;
  readonly method: string | undefined;
  /** Lower case: the header that was refused. */
  readonly header: string | undefined;
  readonly credentials: 'include' | 'omit';
  /** Whether the preflight failed: then there was a reason to send one, named or not. */
  readonly blockedAt: 'preflight' | 'response';
}

/** `undefined` where it is no such line. Quotes may be missing: a shell takes them away. */
export function readPasted(text: string): Pasted | undefined {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (!/\s/.test(line)) return undefined;
  const found = chrome(line) ?? chromeSocket(line) ?? firefox(line) ?? safari(line);
  if (found === undefined) return undefined;
  return {
    url: found.url,
    origin: found.origin,
    method: methodIn(line),
    header: headerIn(line),
    credentials: /credentials mode is '?include|credential is not supported/i.test(line) ? 'include' : 'omit',
    blockedAt: /preflight/i.test(line) ? 'preflight' : 'response',
  };
}

type Found = Pick<Pasted, 'url' | 'origin'>;

/** `Access to fetch at 'URL' (redirected from 'URL') from origin 'O' has been blocked by CORS policy: …` */
function chrome(line: string): Found | undefined {
  const match =
    /Access to .{1,40}? at '?([^' ]+)'? (?:\(redirected from '?([^' ]+?)'?\) )?from origin '?([^' ]+)'? has been blocked by CORS/i.exec(
      line,
    );
  // The page asked for the first address of a redirect.
  return match === null ? undefined : { url: match[2] ?? match[1], origin: match[3] };
}

/** `WebSocket connection to 'ws://…' failed: …` */
function chromeSocket(line: string): Found | undefined {
  const url = /WebSocket connection to '?(wss?:\/\/[^' ]+)'? failed/i.exec(line)?.[1];
  return url === undefined ? undefined : { url, origin: undefined };
}

/** `… disallows reading the remote resource at URL. (Reason: …). Status code: 200.` */
function firefox(line: string): Found | undefined {
  const url = /disallows reading the remote resource at [‘'"]?(\S+?)[’'"]?\.?(?: \(Reason|$)/i.exec(
    line,
  )?.[1];
  return url === undefined ? undefined : { url, origin: undefined };
}

/** `Origin O is not allowed by Access-Control-Allow-Origin. …`, `Fetch API cannot load URL due to access control checks.` */
function safari(line: string): Found | undefined {
  const origin = /Origin (\S+) is not allowed by Access-Control-Allow-Origin/i.exec(line)?.[1];
  const url = /(?:Fetch API|XMLHttpRequest) cannot load (\S+?)\.? (?:due to|\. )/i.exec(line)?.[1];
  return origin === undefined && url === undefined ? undefined : { url, origin };
}

function methodIn(line: string): string | undefined {
  return /\bMethod (\S+) is not allowed by Access-Control-Allow-Methods/i.exec(line)?.[1];
}

function headerIn(line: string): string | undefined {
  const chromeOrSafari = /Request header field (\S+) is not allowed by Access-Control-Allow-Headers/i.exec(
    line,
  );
  const inFirefox = /\bheader [‘'"]?([\w-]+)[’'"]? is not allowed according to header/i.exec(line);
  return (chromeOrSafari ?? inFirefox)?.[1]?.toLowerCase();
}
