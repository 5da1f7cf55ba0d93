/**
 * The browser's half of an experiment, served as /run.js: makes the calls and reports what a script can see. Plain
 * JavaScript of the browser; it stands in a text because the compiler neither copies assets nor knows the DOM here.
 */
export const runScript = String.raw`
/** Makes an experiment's calls to one base URL. onTick is told each event of a stream when it comes. */
export async function run(experiment, base, onTick) {
  const results = [];
  for (const [index, call] of experiment.calls.entries()) {
    const id = [experiment.id, index, crypto.randomUUID()].join('.');
    const url = base + call.path + '?call=' + id;
    const answer = await callers[experiment.kind]({ base, url, id, call, onTick });
    results.push({ call, ...answer, seen: await seenByApi(id) });
    if (answer.error !== undefined) break;
  }
  return { outcome: outcomeOf(results), results };
}

const callers = {
  fetch: ({ url, call }) => fetchCall(url, call),
  events: ({ url, onTick }) => listen(url, onTick),
  // Only where it is called for: it imports the script of a package that may be missing.
  chat: async ({ base, id, onTick }) => (await import('./chat.js')).converse(base, id, onTick),
};

/** One fetch, and all of it that the browser lets a script see. */
async function fetchCall(url, call) {
  const init = { method: call.method };
  if (call.headers) init.headers = call.headers;
  if (call.body) init.body = JSON.stringify(call.body);
  if (call.credentials) init.credentials = call.credentials;
  try {
    const response = await fetch(url, init);
    const body = await response.text();
    const { ok, status, statusText, redirected } = response;
    return { ok, status, statusText, headers: [...response.headers], body, landed: redirected ? response.url : '' };
  } catch (error) {
    return { error: String(error) };
  }
}

const ticksWanted = 4;

/** EventSource shows neither status nor headers: only that it opened, and what came. */
function listen(url, onTick) {
  return new Promise((resolve) => {
    const source = new EventSource(url);
    const started = performance.now();
    const ticks = [];
    const end = (answer) => { source.close(); resolve(answer); };
    source.onerror = () => end({ error: 'EventSource error event, readyState ' + source.readyState });
    source.onmessage = (event) => {
      ticks.push('+' + Math.round(performance.now() - started) + ' ms  ' + event.data);
      onTick(ticks);
      if (ticks.length === ticksWanted) end({ ok: true, headers: [], bodyTitle: 'Events', body: ticks.join('\n'), landed: '' });
    };
  });
}

/** What reached the API. This page's own server knows: it runs in one process with the API. */
async function seenByApi(id) {
  const response = await fetch('/seen?call=' + encodeURIComponent(id));
  return response.json();
}

function outcomeOf(results) {
  if (results.some((result) => result.error !== undefined)) return 'blocked';
  return results.every((result) => result.ok) ? 'works' : 'readable-error';
}
`;
