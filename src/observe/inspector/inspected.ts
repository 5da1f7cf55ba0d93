/** What an inspector is made from, and its answers with it. */

import type { Running } from '../../exchange.ts';
import type { Ruleset } from '../../ruleset.ts';
import type { Journal } from '../journal.ts';
import type { AllowWish } from './allow.ts';
import type { Door } from './door.ts';
import type { Feed } from './feed.ts';
import type { Told } from './wire.ts';

export interface InspectorOptions {
  readonly journal: Journal;
  readonly version: string;
  /** The rules in force. */
  readonly ruleset: () => Ruleset;
  /** Requests that have taken so long and go on, and open WebSockets. */
  readonly running: (leastMs: number) => Running;
  /** The config as the user would name it. */
  readonly file: string;
  /** Adds an origin to the config. */
  readonly allow: (wish: AllowWish) => Promise<Told>;
  /** Where the compiled page is; beside this file by default. */
  readonly pageFolder?: URL;
}

/** What the answers are made from. */
export interface Inspected extends InspectorOptions {
  readonly door: Door;
  readonly feed: Feed;
}
