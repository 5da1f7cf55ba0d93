/** Drives a row: a running proxy for its config, scripted upstreams behind it, raw bytes in front. */

import type { Buffer } from 'node:buffer';
import {
  type CertificateFiles,
  certificateFiles,
  expiredCertificate,
  validCertificate,
} from '../support/certificates.ts';
import { type Address, ask, requestBytes } from '../support/raw-client.ts';
import { type RawUpstream, respondWith, type SeenRequest } from '../support/raw-upstream.ts';
import { type Response, StrictParseError } from '../support/strict-parser.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { type CaseSetup, caseSetup, type SetupFiles } from './case-config.ts';
import { type Case, type Expectation, headerLines } from './case-shape.ts';
import { upstreamAnswer } from './case-upstream.ts';
import type { Outcome } from './checks.ts';
import { failingTargets } from './failing-targets.ts';
import { specialRequests } from './special-requests.ts';

export interface CaseRunner {
  readonly setup: (row: Case) => CaseSetup;
  /** One outcome for each variant of the row's request. */
  readonly run: (row: Case, expectation: Expectation) => Promise<readonly Outcome[]>;
  readonly close: () => Promise<void>;
}

/** The hosts of the cases that can be reached. */
const hosts = ['api.example.com', 'a.example', 'other.example', 'cdn.example.net'];

export async function startCaseRunner(): Promise<CaseRunner> {
  const seen: SeenRequest[] = [];
  const upstreams = new Map<string, RawUpstream>();
  let current: Case | undefined;
  const origin = (host: string) => upstreams.get(host)?.origin ?? `https://${host}`;
  for (const host of hosts) {
    const answer = (request: SeenRequest) => {
      seen.push(request);
      return upstreamAnswer(current, { host, origin });
    };
    upstreams.set(host, await respondWith(answer));
  }
  const certificates = await makeCertificates();
  const failing = await failingTargets(certificates.expiredPair);
  const apps = new Map<string, Promise<TestApp>>();

  const setup = (row: Case) =>
    caseSetup(row, (host) => failing.target(row.upstream?.error) ?? origin(host), certificates.files);
  const appFor = (row: Case): Promise<TestApp> => {
    const { values, env } = setup(row);
    const key = JSON.stringify([values, env]);
    const app = apps.get(key) ?? openTestApp(values, { env });
    apps.set(key, app);
    return app;
  };
  const authority = (host: string) => upstreams.get(host)?.authority ?? host;

  const run = async (row: Case, expectation: Expectation) => {
    const app = await appFor(row);
    const outcomes: Outcome[] = [];
    for (const bytes of requestsOf(row)) {
      current = row;
      seen.length = 0;
      outcomes.push({ ...(await drive({ row, expectation, app, bytes, seen })), authority });
      current = undefined;
    }
    return outcomes;
  };

  const close = async () => {
    const open = await Promise.allSettled(apps.values());
    await Promise.all(open.map((app) => (app.status === 'fulfilled' ? app.value.close() : undefined)));
    await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
    await Promise.all([failing.close(), certificates.remove()]);
  };
  return { setup, run, close };
}

interface Drive {
  readonly row: Case;
  readonly expectation: Expectation;
  readonly app: TestApp;
  readonly bytes: Buffer;
  readonly seen: SeenRequest[];
}

async function drive({ row, expectation, app, bytes, seen }: Drive): Promise<Omit<Outcome, 'authority'>> {
  const address: Address = { port: app.port, ...(row.config.https === true ? { tls: ['http/1.1'] } : {}) };
  const before = app.exchanges.length;
  const startedAt = performance.now();
  const response = await answerTo(address, bytes, row.request.method);
  const durationMs = performance.now() - startedAt;
  const upstreamRequests = [...seen];
  // What cannot be reached counts nothing itself; the journal does.
  const upstreamCalls =
    row.upstream?.error === undefined ? upstreamRequests.length : (await app.exchange(before + 1)).attempts;
  return {
    response,
    durationMs,
    upstreamCalls,
    upstreamRequests,
    warnings: app.problems.filter(({ severity }) => severity === 'warning').map(({ said }) => said),
    elsewhere:
      expectation.body === 'same text for every path'
        ? await answerTo(address, requestOf(row, '/v2/quite/another'), row.request.method)
        : undefined,
    afterwards:
      expectation.processAlive === true
        ? (await answerTo(address, requestBytes('GET /v1/items', [['Host', 'localhost:8080']]), 'GET'))
            ?.status
        : undefined,
  };
}

async function answerTo(address: Address, bytes: Buffer, method: string): Promise<Response | undefined> {
  try {
    return await ask(address, bytes, { method });
  } catch (error) {
    // Closed without a byte: some rows allow that, and the check of the status says so where one does not.
    if (error instanceof StrictParseError && error.message.endsWith('after ""')) return undefined;
    throw error;
  }
}

function requestsOf(row: Case): readonly Buffer[] {
  return specialRequests[row.id] ?? [requestOf(row, row.request.target)];
}

function requestOf({ request }: Case, target: string): Buffer {
  const lines = headerLines(request.headers);
  const length = lines.find(([name]) => name === 'content-length')?.[1] ?? '0';
  // The cases' control endpoint has another name here.
  const path = target.replace(/^\/__proxy\//, '/__cors-proxy/');
  return requestBytes(`${request.method} ${path}`, lines, 'x'.repeat(Number(length)));
}

interface Certificates {
  readonly files: SetupFiles;
  readonly expiredPair: Parameters<typeof failingTargets>[0];
  readonly remove: () => Promise<void>;
}

async function makeCertificates(): Promise<Certificates> {
  const [valid, expiredPair] = await Promise.all([validCertificate(), expiredCertificate()]);
  const written: readonly CertificateFiles[] = [
    await certificateFiles(valid),
    await certificateFiles(expiredPair),
  ];
  const [certificate, expired] = written;
  return {
    files: {
      certificate: { cert: certificate?.cert ?? '', key: certificate?.key ?? '' },
      expired: expired?.cert ?? '',
    },
    expiredPair,
    remove: async () => {
      await Promise.all(written.map((files) => files.remove()));
    },
  };
}
