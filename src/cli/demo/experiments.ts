/** The demo page's experiments, as data: what is called, what a browser makes of it each way, and why. */

import type { Experiment } from './experiment.ts';

/** Who is called by the experiment with `asks`: the only path that the page's server asks for itself. */
export const refusedPath = '/members/list';

export const experiments: readonly Experiment[] = [
  {
    id: 'simple-get',
    title: 'A simple GET',
    about:
      'The smallest cross-origin request there is. The browser sends it without asking; what it guards is the answer.',
    kind: 'fetch',
    calls: [{ method: 'GET', path: '/article' }],
    direct: {
      outcome: 'blocked',
      says: 'The API answered 200 and every byte reached the browser. It has no Access-Control-Allow-Origin, so the script gets nothing.',
    },
    proxied: {
      outcome: 'works',
      says: 'The proxy added Access-Control-Allow-Origin with this page’s origin. Headers beyond the safelisted ones stay hidden: see the next experiment.',
    },
    rule: '"cors": { "allowOrigin": "${DEMO_PAGE}" }',
  },
  {
    id: 'exposed-headers',
    title: 'Headers that the script may read',
    about:
      'The same article on a route that exposes two headers by name. Only then can a script see API-Key and Content-Encoding.',
    kind: 'fetch',
    calls: [{ method: 'GET', path: '/keyed/article' }],
    direct: {
      outcome: 'blocked',
      says: 'API-Key is on the wire, as the developer tools show. The script sees none of it.',
    },
    proxied: {
      outcome: 'works',
      says: 'Access-Control-Expose-Headers names API-Key and Content-Encoding: now get() returns them.',
    },
    rule: '"match": "/keyed/**",\n"cors": { "exposeHeaders": ["Content-Encoding", "API-Key"] }',
  },
  {
    id: 'safelisted-headers',
    title: 'The seven safelisted headers',
    about:
      'Seven response headers can be read wherever the response can: no list needed. ETag, Link and X-RateLimit-Remaining are not among them.',
    kind: 'fetch',
    calls: [{ method: 'GET', path: '/weather' }],
    direct: {
      outcome: 'blocked',
      says: 'Safelisted means: readable in a response that is shared. This one is not shared.',
    },
    proxied: {
      outcome: 'works',
      says: 'All seven are there, with nothing exposed. "exposeHeaders": "*" would add the others.',
    },
    rule: '"cors": { "allowOrigin": "${DEMO_PAGE}" }   // nothing exposed',
  },
  {
    id: 'preflight',
    title: 'A PUT that needs a preflight',
    about:
      'PUT, JSON and a header of one’s own: each is enough for the browser to ask first, with OPTIONS, before it sends anything.',
    kind: 'fetch',
    calls: [
      {
        method: 'PUT',
        path: '/notes/1',
        headers: { 'Content-Type': 'application/json', 'X-Edit-Reason': 'typo' },
        body: { text: 'Buy two stamps' },
      },
    ],
    direct: {
      outcome: 'blocked',
      says: 'The API does not know OPTIONS. The question failed, so the PUT was never sent and the note is unchanged.',
    },
    proxied: {
      outcome: 'works',
      says: 'The proxy answered the OPTIONS itself, from its rules. The API saw the PUT alone.',
    },
    rule: `"match": "/notes/**",
"cors": {
  "allowMethods": ["GET", "HEAD", "POST", "PUT", "DELETE"],
  "allowHeaders": ["Content-Type", "X-Edit-Reason"],
  "maxAge": 600
}`,
  },
  {
    id: 'credentials',
    title: 'A login that lasts: cookies',
    about:
      'The first call sets a cookie, the second must send it back. With credentials the browser wants this very origin named, and no wildcard.',
    kind: 'fetch',
    calls: [
      { method: 'POST', path: '/session/login', credentials: 'include' },
      { method: 'GET', path: '/session/me', credentials: 'include' },
    ],
    direct: {
      outcome: 'blocked',
      says: 'The login reached the API. Its answer is withheld, and its cookie is a third party’s here.',
    },
    proxied: {
      outcome: 'works',
      says: 'Allow-Credentials is true beside this page’s exact origin, and the cookie was fitted to the proxy’s address.',
    },
    rule: '"match": "/session/**",\n"cors": { "allowCredentials": true }',
  },
  {
    id: 'wildcard',
    title: 'Open to every page: “*”, and cookies',
    about:
      '“*” lets any page read, so it must not be combined with anybody’s cookies: the browser sees to that. The same call is made twice, without and with credentials.',
    kind: 'fetch',
    calls: [
      { method: 'GET', path: '/open/notice' },
      { method: 'GET', path: '/open/notice', credentials: 'include' },
    ],
    direct: { outcome: 'blocked', says: 'Neither an origin nor “*” is named: nobody may read it.' },
    proxied: {
      outcome: 'blocked',
      says: 'The first call is read, as by any other page. The second is withheld: with credentials the answer has to name this very origin. A config that combines the two is an error, with its place.',
    },
    rule: '"match": "/open/**",\n"cors": { "allowOrigin": "*" }',
  },
  {
    id: 'stream',
    title: 'A stream of events',
    about:
      'EventSource obeys the same rules as fetch. A proxy that collects a response before passing it on would break it.',
    kind: 'events',
    calls: [{ method: 'GET', path: '/ticks' }],
    direct: {
      outcome: 'blocked',
      says: 'The stream began at the API; the browser closed it and does not try again.',
    },
    proxied: {
      outcome: 'works',
      says: 'Each tick came through when it was sent: look at the times.',
    },
    rule: '// nothing to set: responses are never buffered',
  },
  {
    id: 'chat',
    title: 'A chat over WebSockets',
    about:
      'socket.io begins with requests, which obey CORS, and goes on by a WebSocket, which does not: any page may open one to any server. The browser only sends Origin with the handshake; who looks at it is the server’s affair.',
    kind: 'chat',
    needs: 'socket.io',
    calls: [{ method: 'GET', path: '/socket.io/' }],
    direct: {
      outcome: 'blocked',
      says: 'The answer to the first request is withheld, so no chat begins. That is no protection: a script that asks for a WebSocket at once gets it, from any page of the web, because this API looks at no Origin.',
    },
    proxied: {
      outcome: 'works',
      says: 'Two guests met by WebSocket. Here the Origin of the handshake decides: a page that is not listed gets 403, and the API hears nothing of it.',
    },
    rule: '"match": "/socket.io/**",\n"websocket": true',
  },
  {
    id: 'redirect',
    title: 'A redirect',
    about:
      'The API answers 302 with an absolute address: its own. Every hop must allow the page, and the next hop must not lead past the proxy.',
    kind: 'fetch',
    calls: [{ method: 'GET', path: '/moved' }],
    direct: { outcome: 'blocked', says: 'The 302 itself does not allow this page, so it is not followed.' },
    proxied: {
      outcome: 'works',
      says: 'Location was rewritten to lead back through the proxy, and both hops carry the headers.',
    },
    rule: '"response": { "redirects": "rewrite" }   // the default',
  },
  {
    id: 'server-error',
    title: 'An error that the script can read',
    about:
      'The API fails with 500 and says why in JSON. A status does not matter to CORS: an error is shared like a success, or not at all.',
    kind: 'fetch',
    calls: [{ method: 'GET', path: '/errors/500' }],
    direct: {
      outcome: 'blocked',
      says: 'A real 500 looks like a network failure: the script can tell its user nothing.',
    },
    proxied: {
      outcome: 'readable-error',
      says: 'Status, body and every header can be read: this route exposes "*", which the proxy writes out by name.',
    },
    rule: '"match": "/errors/**",\n"cors": { "exposeHeaders": "*" }',
  },
  {
    id: 'hang-up',
    title: 'An API that crashes',
    about:
      'The API ends the connection without an answer. There is no response that could allow anything: unless somebody makes one.',
    kind: 'fetch',
    calls: [{ method: 'GET', path: '/errors/hang-up' }],
    direct: {
      outcome: 'blocked',
      says: '“Failed to fetch” again, word for word as above: a script cannot tell a crash from a missing header.',
    },
    proxied: {
      outcome: 'readable-error',
      says: 'The proxy answers in the API’s place, as problem+json, with a code and with the route’s CORS headers.',
    },
    rule: '// nothing to set: the proxy’s own errors\n// carry the route’s CORS headers too',
  },
  {
    id: 'refused-origin',
    title: 'A page that is not on the list',
    about:
      'This route is meant for http://localhost:5173 alone. The proxy refuses this page, and tells the API nothing of it.',
    kind: 'fetch',
    calls: [{ method: 'GET', path: refusedPath }],
    direct: {
      outcome: 'blocked',
      says: 'The members’ list was sent: it only cannot be read. CORS guards reading, never sending.',
    },
    proxied: {
      outcome: 'blocked',
      says: 'Refused with 403 and without any Access-Control header. A page cannot see why; the terminal that runs the demo says it, with the line of the config.',
    },
    rule: '"match": "/members/**",\n"cors": { "allowOrigin": "http://localhost:5173" }',
    asks: true,
  },
];
