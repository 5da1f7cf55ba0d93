/** Many cases over a few proxies at once: most of the time is spent waiting for a deadline. */

import { hearProcess } from '../support/process-events.ts';
import type { FuzzCase, Kind } from './fuzz-case.ts';
import { type FuzzStand, openFuzzStand } from './fuzz-stand.ts';
import { makeCase } from './make-case.ts';
import { violations } from './oracle.ts';

export interface Plan {
  readonly seed: number;
  /** Numbers of the cases: from `first`, `count` of them. */
  readonly first: number;
  readonly count: number;
  readonly kinds: readonly [Kind, ...Kind[]];
  /** Proxies at once. */
  readonly lanes: number;
  readonly found?: (finding: Finding) => void;
}

export interface Finding {
  readonly number: number;
  readonly fuzzCase: FuzzCase;
  readonly violations: readonly string[];
}

export interface FuzzReport {
  readonly findings: readonly Finding[];
  /** What no single case can be blamed for: errors of the process, and what was left behind. */
  readonly others: readonly string[];
  readonly counts: Counts;
}

export interface Counts {
  readonly cases: number;
  readonly exchanges: number;
  readonly upstreamRequests: number;
  /** Outcomes of exchanges, and how many there were of each. */
  readonly outcomes: ReadonlyMap<string, number>;
}

/** A proxy serves so many cases, then it has to end without leaving anything. */
const casesPerStand = 250;

export async function fuzz(plan: Plan): Promise<FuzzReport> {
  const events = hearProcess();
  const findings: Finding[] = [];
  const others: string[] = [];
  const outcomes = new Map<string, number>();
  const counts = { cases: 0, exchanges: 0, upstreamRequests: 0, outcomes };
  let next = plan.first;
  const take = () => (next < plan.first + plan.count ? next++ : undefined);

  const playOne = async (number: number, stand: FuzzStand) => {
    const fuzzCase = caseOf(plan, number);
    const seen = await stand.play(fuzzCase);
    counts.cases += 1;
    counts.exchanges += seen.exchanges.length;
    counts.upstreamRequests += seen.episode.requests.length;
    for (const { outcome } of seen.exchanges) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const broken = violations(seen);
    if (broken.length === 0) return;
    const finding = { number, fuzzCase, violations: broken };
    findings.push(finding);
    plan.found?.(finding);
  };
  const lane = async () => {
    for (let number = take(); number !== undefined; ) {
      const stand = await openFuzzStand();
      for (let played = 0; number !== undefined && played < casesPerStand; played += 1) {
        await playOne(number, stand);
        number = take();
      }
      others.push(...(await stand.close()));
    }
  };
  await Promise.all(Array.from({ length: plan.lanes }, lane));
  others.push(...events.heard().map((what) => `process: ${what}`));
  events.stop();
  return { findings, others, counts };
}

/** Kinds take turns, so that a number says its kind. */
export function caseOf({ seed, kinds }: Pick<Plan, 'seed' | 'kinds'>, number: number): FuzzCase {
  return makeCase(seed, number, kinds[number % kinds.length] ?? kinds[0]);
}

/** A case alone, on a proxy of its own. */
export async function playAlone(fuzzCase: FuzzCase): Promise<readonly string[]> {
  const events = hearProcess();
  const stand = await openFuzzStand();
  const broken = violations(await stand.play(fuzzCase));
  const left = await stand.close();
  events.stop();
  return [...broken, ...left, ...events.heard().map((what) => `process: ${what}`)];
}
