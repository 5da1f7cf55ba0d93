/** `tls` of a route: whose certificates are believed, and which one is shown (V50). */

import { defaults } from '../config/defaults.ts';
import type { KeyPath } from '../config/problem.ts';
import type { TlsRules } from '../config/schema.ts';
import type { Verdicts } from '../config/verdict.ts';
import type { TlsOptions } from '../ruleset.ts';
import { checkPair, type PemFiles, readCertificate } from './pem.ts';

interface TlsContext {
  /** The key `tls`. */
  readonly at: KeyPath;
  /** `routes[0] (https://api.example.com)`, for people. */
  readonly route: string;
  readonly verdicts: Verdicts;
  readonly files: PemFiles;
}

export function compileTls(rules: TlsRules | undefined, context: TlsContext): TlsOptions {
  const { at, verdicts, files } = context;
  const read = (key: 'ca' | 'cert' | 'key') =>
    rules?.[key] === undefined ? undefined : files.read(rules[key], [...at, key]);
  const ca = read('ca');
  if (ca !== undefined) readCertificate(ca, [...at, 'ca'], verdicts);
  const pair = { cert: read('cert'), key: read('key') };
  checkPair(pair, at, verdicts);
  checkPresence(rules, context);
  const verify = rules?.verify ?? defaults.tls.verify;
  if (!verify) warnOfNoVerification(context);
  return { verify, ca, ...pair };
}

function checkPresence(rules: TlsRules | undefined, { at, verdicts }: TlsContext): void {
  if ((rules?.cert === undefined) === (rules?.key === undefined)) return;
  const [given, missing] = rules?.cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
  verdicts.error([...at, given], {
    code: 'CP118',
    said: `Cannot use "${given}" without "${missing}": a client certificate is a pair`,
    mend: `add "${missing}": FILE`,
  });
}

function warnOfNoVerification({ at, route, verdicts }: TlsContext): void {
  verdicts.warn([...at, 'verify'], {
    code: 'CP214',
    said: `The certificate of ${route} is not verified: anyone on the path can read and change this traffic`,
    mend: 'give the authority\'s file instead: "tls": { "ca": FILE }',
  });
}
