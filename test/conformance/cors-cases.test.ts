/**
 * Every row of cors-cases.json against a running proxy: raw bytes in front, a scripted upstream behind. What a row
 * leaves open is decided in decisions.ts; what is not met stands in not-yet.ts.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../support/test-app.ts';
import { type CaseRunner, startCaseRunner } from './case-run.ts';
import { type Case, readCases } from './case-shape.ts';
import { failures } from './checks.ts';
import { decided, decisions } from './decisions.ts';
import { notYet } from './not-yet.ts';
import { specialRequests } from './special-requests.ts';

const cases = readCases();
let runner: CaseRunner;

beforeAll(async () => {
  runner = await startCaseRunner();
});
afterAll(() => runner.close());

async function assertRow(row: Case): Promise<void> {
  const expectation = decided(row);
  if (expectation.configError === true) {
    const { values, env } = runner.setup(row);
    const checked = checkConfig(values, { env });
    expect(checked.ok, 'the config must be refused').toBe(false);
    return;
  }
  for (const outcome of await runner.run(row, expectation)) {
    const { response } = outcome;
    const shown = response && {
      status: response.status,
      headers: response.headers,
      body: response.body.toString('latin1', 0, 500),
    };
    expect(failures(row, expectation, outcome), JSON.stringify(shown)).toEqual([]);
  }
}

for (const group of new Set(cases.map((row) => row.group))) {
  describe(group, () => {
    for (const row of cases.filter((one) => one.group === group)) {
      const test = notYet[row.id] === undefined ? it : it.fails;
      test(`${row.id} ${row.title}`, () => assertRow(row));
    }
  });
}

describe('beside the cases', () => {
  it('LN-05, with a name that can be public: the config warns that the browser will ask its user', () => {
    const checked = checkConfig({
      target: 'https://api.example.com',
      cors: { allowOrigin: ['https://staging.example.com'] },
    });
    expect(checked.problems.map(({ code }) => code)).toContain('CP234');
  });
});

describe('the tables beside the cases', () => {
  const ids = new Set(cases.map(({ id }) => id));

  it('speak of rows that exist', () => {
    const named = [decisions, notYet, specialRequests].flatMap((table) => Object.keys(table));
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });

  it('write by hand every request that a row only describes', () => {
    const described = cases.filter(({ request }) => request.rawNote !== undefined).map(({ id }) => id);
    expect(Object.keys(specialRequests).sort()).toEqual(described.sort());
  });
});
