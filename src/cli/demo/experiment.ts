/** The shape of an experiment of the demo page, and its code as one would write it. */

type Outcome =
  /** The script reads an ok response. */
  | 'works'
  /** The script reads a response that reports an error: its status, its headers, its body. */
  | 'readable-error'
  /** The script gets "Failed to fetch" and nothing else. */
  | 'blocked';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, string>>;
  readonly credentials?: 'include';
}

interface Side {
  readonly outcome: Outcome;
  /** Why the browser does so; shown when it did. */
  readonly says: string;
}

export interface Experiment {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** `events` opens its calls with EventSource, `chat` with socket.io. */
  readonly kind: 'fetch' | 'events' | 'chat';
  /** A package that may not be installed; without it the page says so instead of calling. */
  readonly needs?: 'socket.io';
  /** Made one after the other, until one is blocked. */
  readonly calls: readonly Call[];
  readonly direct: Side;
  readonly proxied: Side;
  /** The lines of the demo's config that bring it about. */
  readonly rule: string;
  /** Whether the page offers to ask the proxy outside the browser, where a refusal can be read. */
  readonly asks?: boolean;
}

/** The call as one would write it; `api` is the address at the head of each column. */
export function snippetOf({ kind, calls }: Pick<Experiment, 'kind' | 'calls'>): string {
  switch (kind) {
    case 'fetch':
      return calls.map(fetchText).join('\n');
    case 'events':
      return calls.map(({ path }) => `new EventSource(api + '${path}')`).join('\n');
    case 'chat':
      return chatText;
  }
}

const chatText = `const chat = io(api);   // GET, then a WebSocket
chat.emit('join', 'Ada', 'demo');
chat.emit('say', 'Can you hear me?');
chat.on('said', (name, text) => show(name, text));`;

function fetchText(call: Call): string {
  const options: string[] = [];
  if (call.method !== 'GET') options.push(`method: '${call.method}'`);
  if (call.credentials !== undefined) options.push(`credentials: '${call.credentials}'`);
  if (call.headers !== undefined) options.push(`headers: ${objectText(call.headers)}`);
  if (call.body !== undefined) options.push(`body: JSON.stringify(${objectText(call.body)})`);
  if (options.length === 0) return `await fetch(api + '${call.path}')`;
  if (options.length === 1) return `await fetch(api + '${call.path}', { ${options.join('')} })`;
  return `await fetch(api + '${call.path}', {\n  ${options.join(',\n  ')},\n})`;
}

/** On one line with one entry, else a line for each: long lines would have to be scrolled. */
function objectText(object: Readonly<Record<string, string>>): string {
  const entries = Object.entries(object).map(([name, value]) => `${keyText(name)}: '${value}'`);
  if (entries.length < 2) return `{ ${entries.join(', ')} }`;
  return `{\n    ${entries.join(',\n    ')},\n  }`;
}

function keyText(name: string): string {
  return /^[a-z]+$/i.test(name) ? name : `'${name}'`;
}
