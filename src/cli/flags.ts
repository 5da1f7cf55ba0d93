/** Every flag, declared once: parsing, help and completion come from here. */

import { levels } from '../observe/level.ts';
import { type CommandName, commandNames } from './command-names.ts';

export type FlagKind =
  /** One value. */
  | 'text'
  /** May be given more than once. */
  | 'texts'
  /** On where it is given. */
  | 'switch';

export interface Flag {
  readonly name: string;
  readonly alias?: string;
  readonly kind: FlagKind;
  readonly about: string;
  /** Key of the config whose description and default stand in the help. */
  readonly configKey?: string;
  readonly choices?: readonly string[];
  /** The commands that take it. */
  readonly commands: readonly CommandName[];
  /** Shown where a value is missing. */
  readonly example?: string;
  /** Whether a `CORS_PROXY_*` variable stands for it. */
  readonly hasVariable: boolean;
}

const all = commandNames;
const serving: readonly CommandName[] = ['serve', 'demo'];
/** What a config becomes is asked by all of them, so all take the flags that stand above it. */
const withRules: readonly CommandName[] = ['serve', 'demo', 'check', 'explain', 'routes', 'doctor'];
const forRules = { commands: withRules, hasVariable: true } as const;
const forAll = { commands: all, hasVariable: true } as const;
/** The demo's rules are its own: its page shows what each does. */
const forCors = { commands: ['serve', 'check', 'explain', 'routes'], hasVariable: true } as const;
const forServing = { commands: serving, hasVariable: true } as const;
const forExplain = { commands: ['explain', 'probe'], hasVariable: false } as const;

export const flags: readonly Flag[] = [
  {
    name: 'port',
    alias: 'p',
    kind: 'text',
    about: '"auto": where it is taken, the next free one.',
    configKey: 'listen.port',
    example: '8010',
    ...forRules,
  },
  { name: 'host', kind: 'text', about: '', configKey: 'listen.host', example: 'localhost', ...forRules },
  {
    name: 'allow-origin',
    kind: 'texts',
    about: '',
    configKey: 'cors.allowOrigin',
    example: 'http://localhost:5173',
    ...forCors,
  },
  {
    name: 'expose-headers',
    kind: 'texts',
    about: '',
    configKey: 'cors.exposeHeaders',
    example: 'ETag',
    ...forCors,
  },
  { name: 'allow-credentials', kind: 'switch', about: '', configKey: 'cors.allowCredentials', ...forCors },
  { name: 'https', kind: 'switch', about: 'Serve HTTPS with a certificate for localhost.', ...forRules },
  {
    name: 'cert',
    kind: 'text',
    about: 'PEM file of the certificate for HTTPS.',
    example: 'cert.pem',
    ...forRules,
  },
  { name: 'key', kind: 'text', about: 'PEM file of its private key.', example: 'key.pem', ...forRules },
  { name: 'open', kind: 'switch', about: 'Open a browser.', ...forServing },
  { name: 'no-watch', kind: 'switch', about: 'Do not follow changes of the config.', ...forServing },
  { name: 'no-inspector', kind: 'switch', about: 'Do not serve the inspector.', ...forServing },
  {
    name: 'har',
    kind: 'text',
    about: 'Write every exchange into an HTTP Archive, secrets masked; whole at any moment.',
    example: 'traffic.har',
    ...forServing,
  },
  {
    name: 'origin',
    kind: 'text',
    about: "The page's origin.",
    example: 'http://localhost:5173',
    ...forExplain,
  },
  {
    name: 'header',
    alias: 'H',
    kind: 'texts',
    about: "A header that the page sets: 'name: value'.",
    example: "'x-api-key: 1'",
    ...forExplain,
  },
  { name: 'credentials', kind: 'switch', about: 'The page sends credentials: "include".', ...forExplain },
  {
    name: 'method',
    // As curl calls it.
    alias: 'X',
    kind: 'text',
    about: 'The method that the page uses; the request is really sent. Default: GET.',
    example: 'PUT',
    commands: ['probe'],
    hasVariable: false,
  },
  {
    name: 'route',
    kind: 'text',
    about: 'The glob of the route whose rule is meant, as it stands in the config.',
    example: "'/gh/**'",
    commands: ['allow'],
    hasVariable: false,
  },
  {
    name: 'json',
    kind: 'switch',
    about: 'Print JSON.',
    commands: ['check', 'explain', 'probe', 'doctor', 'routes'],
    hasVariable: false,
  },
  {
    name: 'config',
    alias: 'c',
    kind: 'text',
    about: 'The config; "-" reads standard input. Default: looked for upward from here.',
    example: 'cors-proxy.config.json',
    ...forAll,
  },
  {
    name: 'env-file',
    kind: 'text',
    about: 'Where ${NAME} is read from, instead of .env.local and .env.',
    example: '.env',
    ...forAll,
  },
  {
    name: 'log-format',
    kind: 'text',
    about: '"json": one object a line, on standard output.',
    choices: ['pretty', 'json'],
    ...forAll,
  },
  { name: 'log-level', kind: 'text', about: 'What is worth a line.', choices: levels, ...forAll },
  { name: 'quiet', alias: 'q', kind: 'switch', about: 'Refusals, failures and problems alone.', ...forAll },
  { name: 'no-color', kind: 'switch', about: 'No colours; NO_COLOR is obeyed too.', ...forAll },
  { name: 'help', alias: 'h', kind: 'switch', about: 'This text.', commands: all, hasVariable: false },
  { name: 'version', alias: 'V', kind: 'switch', about: 'The version.', commands: all, hasVariable: false },
];

export function flagsOf(command: CommandName): readonly Flag[] {
  return flags.filter((flag) => flag.commands.includes(command));
}

/** `CORS_PROXY_LOG_FORMAT` */
export function variableOf({ name }: Pick<Flag, 'name'>): string {
  return `CORS_PROXY_${name.toUpperCase().replaceAll('-', '_')}`;
}
