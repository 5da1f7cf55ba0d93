/**
 * The inspector of a running proxy: a page below `/__cors-proxy/` that shows each exchange and says why. What it needs
 * in order to be there is here; what it answers with is loaded when somebody comes.
 */

import type { Observer } from '../../exchange.ts';
import type { OwnEndpoints } from '../../own-endpoint.ts';
import { originsText } from '../rule-text.ts';
import { createCounter } from './counts.ts';
import { createDoor } from './door.ts';
import { createFeed } from './feed.ts';
import type { Inspected, InspectorOptions } from './inspected.ts';
import type { RouteRow, State } from './wire.ts';

export interface Inspector {
  /** Where a browser enters: the URL of the listener, with the token of this run. */
  readonly entrance: (url: string) => string;
  readonly observe: Observer;
  readonly endpoints: OwnEndpoints;
  /** Whether bodies are to be kept. */
  readonly isWatched: () => boolean;
  readonly reloaded: (changes: readonly string[]) => void;
  readonly reloadFailed: (problems: readonly string[]) => void;
}

export function createInspector(options: InspectorOptions): Inspector {
  const { journal } = options;
  const counter = createCounter();
  const startedAt = Date.now();
  let config: State['config'] = { file: options.file, ...neverReloaded };
  const feed = createFeed({ journal, state, running: options.running });
  const inspected: Inspected = { ...options, door: createDoor(), feed };
  return {
    entrance: inspected.door.entrance,
    observe: (exchange) => {
      if (exchange.plan.kind === 'own') return;
      counter.add(exchange);
      const n = journal.add(exchange);
      if (feed.isWatched()) feed.note({ n, exchange });
    },
    endpoints: async (request) => {
      const { answerInspector } = await import('./answers.ts');
      return answerInspector(request, inspected);
    },
    isWatched: feed.isWatched,
    reloaded: (changes) => {
      const reloads = config.reloads + 1;
      config = { ...config, reloads, reloadedAt: Date.now(), changes, problems: [], failedAt: null };
      feed.touch();
    },
    reloadFailed: (problems) => {
      config = { ...config, problems, failedAt: Date.now() };
      feed.touch();
    },
  };

  function state(): State {
    const { requests, refused, upstreamFailures: failed } = journal.tally();
    const routes = options.ruleset().routes.map((route): RouteRow => {
      const { ref, methods, target, policy, secretNames: secrets } = route;
      const methodsText = methods === undefined ? '' : [...methods].join(', ');
      const origins = originsText(policy);
      return { ...ref, methods: methodsText, target: target.text, origins, secrets, ...counter.of(ref) };
    });
    const { version } = options;
    return { version, startedAt, requests, refused, failed, routes, unrouted: counter.of(null).hits, config };
  }
}

const neverReloaded = { reloads: 0, reloadedAt: null, changes: [], problems: [], failedAt: null } as const;
