/** `npm run fuzz`: thousands of broken conversations over loopback, the same ones for the same seed. Ends by itself. */

import { parseArgs } from 'node:util';
import { type Kind, kinds } from './fuzz-case.ts';
import { caseOf, type Finding, fuzz, playAlone } from './run.ts';
import { shrunk } from './shrink.ts';

const usage = `npm run fuzz -- [--seed N] [--count N] [--only ${kinds.join('|')}] [--case N]`;

interface Flags {
  readonly seed: number;
  readonly count: number;
  readonly kinds: readonly [Kind, ...Kind[]];
  /** One case alone. */
  readonly number: number | undefined;
}

function readFlags(): Flags {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '20000' },
      only: { type: 'string' },
      case: { type: 'string' },
    },
  });
  const only = kinds.find((kind) => kind === values.only);
  if (values.only !== undefined && only === undefined) throw new Error(usage);
  return {
    seed: whole(values.seed),
    count: whole(values.count),
    kinds: only === undefined ? kinds : [only],
    number: values.case === undefined ? undefined : whole(values.case),
  };
}

function whole(text: string): number {
  if (!/^[0-9]+$/.test(text)) throw new Error(usage);
  return Number(text);
}

/** Of the first few; the rest is most likely more of the same. */
const mostShrunk = 5;

async function main(): Promise<number> {
  const { seed, count, kinds: chosen, number } = readFlags();
  // What nobody caught is a finding; the run goes on.
  process.on('uncaughtException', () => {});
  const plan = { seed, kinds: chosen };
  if (number !== undefined) return explain({ number, fuzzCase: caseOf(plan, number), violations: [] });
  const only = chosen.length === 1 ? ` --only ${chosen[0]}` : '';
  const startedAt = performance.now();
  const { findings, others, counts } = await fuzz({
    ...plan,
    first: 0,
    count,
    lanes: 32,
    found: (finding) => {
      say(`✗ case ${finding.number}: ${finding.violations.join('\n    ')}`);
      say(`    again: npm run fuzz -- --seed ${seed}${only} --case ${finding.number}`);
    },
  });
  for (const finding of findings.slice(0, mostShrunk)) await explain(finding);
  for (const other of others) say(`✗ ${other}`);
  const outcomes = [...counts.outcomes].map(([outcome, times]) => `${times} ${outcome}`).join(', ');
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  say(`seed ${seed}: ${counts.cases} cases in ${seconds} s on Node ${process.versions.node}`);
  say(
    `${counts.exchanges} exchanges (${outcomes}), ${counts.upstreamRequests} requests seen by the upstream`,
  );
  say(`${findings.length} cases with findings, ${others.length} other findings`);
  return findings.length + others.length === 0 ? 0 : 1;
}

/** The case as it is, what comes of it on a proxy of its own, and the smallest that shows the same. */
async function explain({ number, fuzzCase, violations }: Finding): Promise<number> {
  const broken = await playAlone(fuzzCase);
  say(`case ${number} ${JSON.stringify(fuzzCase)}`);
  if (broken.length === 0) {
    say(violations.length === 0 ? 'nothing is broken' : 'alone it breaks nothing: it needs those before it');
    return 0;
  }
  say(broken.map((what) => `  ✗ ${what}`).join('\n'));
  say(`smallest ${JSON.stringify(await shrunk(fuzzCase, broken))}`);
  return 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  },
);
