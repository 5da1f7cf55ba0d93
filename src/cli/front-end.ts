/** Which development servers a project uses, and so the origins of its pages. Pure: files are handed in as texts. */

export interface FrontEnd {
  readonly name: string;
  readonly origin: string;
}

export interface ProjectFiles {
  /** The text of a file beside package.json; `undefined` where there is none. */
  readonly textOf: (name: string) => string | undefined;
}

interface Tool {
  readonly dependency: string;
  readonly name: string;
  /** As its documentation says. */
  readonly port: number;
  /** What runs it in a script. Default: the dependency's name. */
  readonly command?: string;
  /** Its config, in which `server` or `devServer` may hold another port. */
  readonly config?: string;
}

/** Frameworks stand in front of the tools that they are built on: an Astro project has vite, too. */
const tools: readonly Tool[] = [
  { dependency: 'next', name: 'Next.js', port: 3000 },
  { dependency: 'nuxt', name: 'Nuxt', port: 3000, config: 'nuxt.config' },
  { dependency: 'astro', name: 'Astro', port: 4321, config: 'astro.config' },
  { dependency: 'gatsby', name: 'Gatsby', port: 8000 },
  { dependency: '@angular/cli', name: 'Angular', port: 4200, command: 'ng', config: 'angular' },
  { dependency: '@angular/core', name: 'Angular', port: 4200, command: 'ng', config: 'angular' },
  { dependency: 'react-scripts', name: 'Create React App', port: 3000 },
  {
    dependency: '@vue/cli-service',
    name: 'Vue CLI',
    port: 8080,
    command: 'vue-cli-service',
    config: 'vue.config',
  },
  { dependency: '@sveltejs/kit', name: 'SvelteKit', port: 5173, command: 'vite', config: 'vite.config' },
  {
    dependency: '@react-router/dev',
    name: 'React Router',
    port: 5173,
    command: 'react-router',
    config: 'vite.config',
  },
  { dependency: 'vite', name: 'Vite', port: 5173, config: 'vite.config' },
  { dependency: '@remix-run/dev', name: 'Remix', port: 3000, command: 'remix' },
  { dependency: 'parcel', name: 'Parcel', port: 1234 },
  {
    dependency: 'webpack-dev-server',
    name: 'webpack-dev-server',
    port: 8080,
    command: 'webpack',
    config: 'webpack.config',
  },
];

/** Runs beside any of them. */
const storybook: Tool = { dependency: 'storybook', name: 'Storybook', port: 6006 };

/** Empty where there is no package.json, or none of them is a dependency. */
export function frontEndsOf({ textOf }: ProjectFiles): readonly FrontEnd[] {
  const { dependencies, scripts } = readPackage(textOf('package.json'));
  const tool = tools.find(({ dependency }) => dependencies.has(dependency));
  return [
    ...(tool === undefined
      ? []
      : [{ name: tool.name, origin: originOf(tool, { textOf, dependencies, scripts }) }]),
    ...(dependencies.has(storybook.dependency) ? [storybookEnd(scripts)] : []),
  ];
}

function originOf(tool: Tool, { textOf, dependencies, scripts }: Package & ProjectFiles): string {
  const all = ['dev', 'start', 'serve', 'develop'].map((name) => scripts.get(name) ?? '');
  const runsIt = new RegExp(`(?<![\\w-])${tool.command ?? tool.dependency}(?![\\w-])`);
  const own = all.filter((command) => runsIt.test(command));
  // Where the tool is named by none, a script of the project's own may run it.
  const commands = own.length === 0 ? all : own;
  const port = portInScripts(commands) ?? portInConfig(tool, textOf) ?? portInEnv(tool, textOf) ?? tool.port;
  const isSecure =
    commands.some((command) => secureSwitch.test(command)) ||
    certificatePlugins.some((name) => dependencies.has(name));
  return `${isSecure ? 'https' : 'http'}://localhost:${port}`;
}

/** `next dev --experimental-https`, `ng serve --ssl`, `HTTPS=true react-scripts start` */
const secureSwitch = /(?:--(?:experimental-)?https|--ssl|\bHTTPS=(?:true|1))\b(?!=false)/;

/** Each serves Vite over https for no other reason than that it is there. */
const certificatePlugins = ['@vitejs/plugin-basic-ssl', 'vite-plugin-mkcert'];

function storybookEnd(scripts: ReadonlyMap<string, string>): FrontEnd {
  const port = portInScripts([scripts.get('storybook') ?? '']) ?? storybook.port;
  return { name: storybook.name, origin: `http://localhost:${port}` };
}

interface Package {
  readonly dependencies: ReadonlySet<string>;
  readonly scripts: ReadonlyMap<string, string>;
}

function readPackage(text: string | undefined): Package {
  const parsed = jsonOf(text);
  const { dependencies, devDependencies, scripts } = Object(parsed) as Readonly<Record<string, unknown>>;
  const names = [dependencies, devDependencies].flatMap((each) => (isObject(each) ? Object.keys(each) : []));
  const commands = isObject(scripts) ? Object.entries(scripts) : [];
  return {
    dependencies: new Set(names),
    scripts: new Map(commands.map(([name, command]) => [name, String(command)])),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** `vite --port 3001`, `next dev -p 3001`, `PORT=3001 react-scripts start` */
function portInScripts(commands: readonly string[]): number | undefined {
  for (const command of commands) {
    const port = /(?:--port[ =]|(?:^|\s)-p[ =]?|\bPORT=)([0-9]{2,5})\b/.exec(command)?.[1];
    if (port !== undefined) return Number(port);
  }
  return undefined;
}

const extensions = ['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs'];

function portInConfig({ config }: Tool, textOf: ProjectFiles['textOf']): number | undefined {
  if (config === undefined) return undefined;
  if (config === 'angular') return angularPort(jsonOf(textOf('angular.json')));
  const text = extensions.map((extension) => textOf(config + extension)).find((each) => each !== undefined);
  return text === undefined ? undefined : portInText(text);
}

/** Read, not run: a config that works its port out is not guessed at. */
function portInText(text: string): number | undefined {
  const plain = text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g, '');
  const start = /\b(?:server|devServer)\s*:\s*\{/.exec(plain);
  if (start === null) return undefined;
  const section = topOfBlock(plain.slice(start.index + start[0].length));
  const port = /\bport\s*:\s*([0-9]{2,5})\b/.exec(section)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Up to the bracket that ends it, what stands in brackets of its own left out: a `port` there is another's. */
function topOfBlock(text: string): string {
  let depth = 0;
  let top = '';
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth < 0) break;
    if (depth === 0) top += character;
  }
  return top;
}

/** Of the first project that is served on a port of its own. */
function angularPort(workspace: unknown): number | undefined {
  const { projects } = Object(workspace) as Readonly<Record<string, unknown>>;
  for (const project of isObject(projects) ? Object.values(projects) : []) {
    const { port } = Object(Object(Object(Object(project).architect).serve).options) as Readonly<
      Record<string, unknown>
    >;
    if (typeof port === 'number') return port;
  }
  return undefined;
}

/** Create React App takes PORT from .env; the others do not. */
function portInEnv({ dependency }: Tool, textOf: ProjectFiles['textOf']): number | undefined {
  if (dependency !== 'react-scripts') return undefined;
  const port = /^PORT=([0-9]{2,5})\s*$/m.exec(textOf('.env') ?? '')?.[1];
  return port === undefined ? undefined : Number(port);
}
