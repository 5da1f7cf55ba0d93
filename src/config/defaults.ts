/** What holds where a key is left out. The schema, the README's table and `--help` print these very values. */

export const defaults = {
  listen: {
    /** Binds 127.0.0.1 and ::1: nobody on the network can reach it. */
    host: 'localhost',
    /** Also local-cors-proxy's port: people who move over change nothing. */
    port: 8010,
    https: false,
    limits: {
      /** What most servers take; a longer one is a mistake more often than a request. */
      url: '16kb',
      /** Four times Node's own 16 KiB: cookies of every localhost port arrive here together. */
      headers: '64kb',
      headerCount: 1000,
      connections: 10_000,
    },
    timeouts: { head: 10_000, drain: 5_000 },
  },
  cors: { allowMethods: '*', allowHeaders: '*', allowCredentials: false },
  preflight: 'answer',
  request: { host: 'upstream', origin: 'keep' },
  response: { cookies: 'rewrite', redirects: 'rewrite' },
  tls: { verify: true },
  /** `body` 0: a debugger at a breakpoint in the API must not end the request. */
  timeouts: { connect: 10_000, headers: 60_000, body: 0 },
  /** `informational`: a flood of 1xx would keep every timer alive; browsers know of two kinds. */
  limits: { requestBody: '100mb', connections: 256, queue: 1024, informational: 32 },
} as const;
