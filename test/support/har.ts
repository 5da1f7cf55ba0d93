/** HAR 1.2 as its specification has it (http://www.softwareishard.com/blog/har-12-spec/): what must be there, and its kind. */

import * as v from 'valibot';

const comment = v.optional(v.string());
const pair = v.object({ name: v.string(), value: v.string(), comment });
const count = v.pipe(v.number(), v.finite());
const milliseconds = v.pipe(
  v.number(),
  v.finite(),
  v.check((ms) => ms >= 0 || ms === -1),
);
const instant = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/));
const absoluteUrl = v.pipe(v.string(), v.url());

const cookie = v.object({
  name: v.string(),
  value: v.string(),
  path: v.optional(v.string()),
  domain: v.optional(v.string()),
  expires: v.optional(instant),
  httpOnly: v.optional(v.boolean()),
  secure: v.optional(v.boolean()),
  comment,
});

const requestPart = v.object({
  method: v.string(),
  url: absoluteUrl,
  httpVersion: v.string(),
  cookies: v.array(cookie),
  headers: v.array(pair),
  queryString: v.array(pair),
  postData: v.optional(v.object({ mimeType: v.string(), text: v.string(), comment })),
  headersSize: count,
  bodySize: count,
  comment,
});

const responsePart = v.object({
  status: v.pipe(v.number(), v.integer()),
  statusText: v.string(),
  httpVersion: v.string(),
  cookies: v.array(cookie),
  headers: v.array(pair),
  content: v.object({
    size: count,
    mimeType: v.string(),
    text: v.optional(v.string()),
    encoding: v.optional(v.string()),
    comment,
  }),
  redirectURL: v.string(),
  headersSize: count,
  bodySize: count,
  comment,
});

const entry = v.object({
  startedDateTime: instant,
  time: milliseconds,
  request: requestPart,
  response: responsePart,
  cache: v.object({}),
  timings: v.object({ send: milliseconds, wait: milliseconds, receive: milliseconds }),
  connection: v.optional(v.string()),
  comment,
});

const har = v.object({
  log: v.object({
    version: v.literal('1.2'),
    creator: v.object({ name: v.string(), version: v.string(), comment }),
    pages: v.optional(v.array(v.object({}))),
    entries: v.array(entry),
    comment,
  }),
});

export type Har = v.InferOutput<typeof har>;

/** The HAR, or an error with every place where it is none. */
export function readHar(text: string): Har {
  const read = v.safeParse(har, JSON.parse(text));
  if (read.success) return read.output;
  throw new Error(read.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join('\n'));
}
