/** Every command, declared once: parsing, help and completion come from here. */

export const commandNames = [
  'serve',
  'demo',
  'init',
  'check',
  'explain',
  'allow',
  'probe',
  'doctor',
  'routes',
  'schema',
  'completion',
] as const;

export type CommandName = (typeof commandNames)[number];

export interface CommandNotes {
  readonly usage: string;
  readonly about: string;
  readonly examples: readonly string[];
  /** Most operands that it takes. */
  readonly operands: number;
}

export const commands: Readonly<Record<CommandName, CommandNotes>> = {
  serve: {
    usage: '[target..]',
    about: 'Serve: the default. A target is a URL, or PREFIX=URL',
    examples: [
      'cors-proxy https://api.github.com',
      'cors-proxy /gh=https://api.github.com /pay=https://api.stripe.com',
      "cors-proxy https://api.github.com --allow-origin 'http://localhost:*'",
    ],
    operands: Number.POSITIVE_INFINITY,
  },
  demo: {
    usage: 'demo',
    about: 'The proxy, a small API without CORS, and a page that shows both ways',
    examples: ['cors-proxy demo'],
    operands: 0,
  },
  init: {
    usage: 'init [target]',
    about: 'Write cors-proxy.config.json; never overwrites',
    examples: ['cors-proxy init https://api.github.com'],
    operands: 1,
  },
  check: {
    usage: 'check',
    about: 'Every problem of the config, with its place',
    examples: ['cors-proxy check', 'cors-proxy check --config staging.json --json'],
    operands: 0,
  },
  explain: {
    usage: 'explain METHOD PATH',
    about: 'What would happen to a request, and why; sends nothing',
    examples: [
      'cors-proxy explain GET /gh/user --origin http://localhost:5173',
      "cors-proxy explain PUT /gh/user --origin http://localhost:5173 -H 'content-type: application/json'",
      `cors-proxy explain "Access to fetch at 'URL' from origin 'O' has been blocked by CORS policy: …"`,
    ],
    // A red line that was pasted without quotes comes in many words.
    operands: Number.POSITIVE_INFINITY,
  },
  allow: {
    usage: 'allow ORIGIN',
    about: 'Add an origin to allowOrigin in the config; comments stay',
    examples: [
      'cors-proxy allow http://localhost:4200',
      "cors-proxy allow http://localhost:4200 --route '/gh/**'",
    ],
    operands: 1,
  },
  probe: {
    usage: 'probe URL',
    about: 'Ask the real API: does a page need a proxy for it, and which',
    examples: [
      'cors-proxy probe https://api.github.com/user --origin http://localhost:5173',
      "cors-proxy probe https://api.github.com/user --method PUT -H 'content-type: application/json'",
    ],
    operands: 1,
  },
  doctor: {
    usage: 'doctor',
    about: 'What of this machine and this project can be in the way',
    examples: ['cors-proxy doctor', 'cors-proxy doctor --json'],
    operands: 0,
  },
  routes: {
    usage: 'routes',
    about: 'The routes in their order',
    examples: ['cors-proxy routes', 'cors-proxy routes --json'],
    operands: 0,
  },
  schema: {
    usage: 'schema',
    about: 'The JSON Schema of the config',
    examples: ['cors-proxy schema > cors-proxy.schema.json'],
    operands: 0,
  },
  completion: {
    usage: 'completion [bash|zsh|fish]',
    about: 'A completion script for a shell',
    examples: ['source <(cors-proxy completion bash)'],
    operands: 1,
  },
};
