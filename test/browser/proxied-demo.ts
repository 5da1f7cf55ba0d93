/** The demo with its proxy, in this process: what `cors-proxy demo` starts. */

import { readFileSync } from 'node:fs';
import { type App, startApp } from '../../src/app.ts';
import { type Demo, startDemo } from '../../src/cli/demo/start.ts';
import { compile } from '../../src/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { type Checked, placeText } from '../../src/config/problem.ts';
import type { Exchange } from '../../src/exchange.ts';
import type { Ruleset } from '../../src/ruleset.ts';

export interface ProxiedDemo {
  readonly demo: Demo;
  readonly proxyUrl: string;
  /** What the proxy did, oldest first; an exchange is listed after its end. */
  readonly exchanges: readonly Exchange[];
  readonly close: () => Promise<void>;
}

export interface ProxiedDemoOptions {
  readonly configText?: string;
  /** Files of the proxy's certificate. */
  readonly https?: { readonly cert: string; readonly key: string };
}

const demoConfig = new URL('../../config/demo.config.json', import.meta.url);

/** On any free port; `configText` stands in the place of `config/demo.config.json`. */
export async function startProxiedDemo({ configText, https }: ProxiedDemoOptions = {}): Promise<ProxiedDemo> {
  const text = configText ?? readFileSync(demoConfig, 'utf8');
  const demo = await startDemo();
  const exchanges: Exchange[] = [];
  const app = await startApp(rulesetFor(demo, text, https), {
    observe: (exchange) => exchanges.push(exchange),
  });
  demo.connect(app.url);
  return {
    demo,
    proxyUrl: app.url,
    exchanges,
    close: () => closeBoth(app, demo),
  };
}

async function closeBoth(app: App, demo: Demo): Promise<void> {
  await demo.close();
  await app.close();
}

function rulesetFor(demo: Demo, configText: string, https: ProxiedDemoOptions['https']): Ruleset {
  const parsed = parseConfig(configText, {
    variables: [{ name: 'the demo', kind: 'environment', values: demo.env }],
    given: {
      targets: [],
      port: { value: 0, from: '--port' },
      ...(https === undefined
        ? {}
        : { cert: { value: https.cert, from: '--cert' }, key: { value: https.key, from: '--key' } }),
    },
  });
  return valueOrThrow(compile(valueOrThrow(parsed)));
}

function valueOrThrow<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  const problems = checked.problems.map(({ place, said }) => `${placeText(place)} ${said}`);
  throw new Error(`The config does not compile:\n${problems.join('\n')}`);
}
