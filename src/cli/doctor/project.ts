/** What of the project can be in the way: its config, the port that it wants, the certificate that it shows. */

import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { originsText } from '../../observe/rule-text.ts';
import { certificateFolder, readPair } from '../../proxy/certificate-folder.ts';
import type { ListenOptions, Route } from '../../ruleset.ts';
import type { Io } from '../io.ts';
import { freePort } from '../port/free-port.ts';
import { inUse } from '../port/listen-failure.ts';
import { findPortHolder } from '../port/port-holder.ts';
import { hasNoTarget, type RulesReport } from '../read-rules.ts';
import { aside, type Finding, well, wrong } from './finding.ts';

export function configFindings(report: RulesReport): readonly Finding[] {
  const { rules, problems } = report;
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (rules === undefined) {
    // Nobody has to have a config: targets can be given at the start.
    if (hasNoTarget(report)) return [aside('config', 'none here or above; cors-proxy init writes one')];
    const said = `${first?.place.file ?? 'the config'}: ${errors.length} problem${errors.length === 1 ? '' : 's'}`;
    return [wrong('config', said, 'cors-proxy check')];
  }
  const { ruleset, file } = rules;
  const count = `${ruleset.routes.length} route${ruleset.routes.length === 1 ? '' : 's'}`;
  const warnings = problems.length === 0 ? 'no problems' : `${problems.length} to look at: cors-proxy check`;
  return [
    well('config', `${file ?? 'the command line'}: ${count}, ${warnings}`),
    ...ruleset.routes.slice(0, mostRoutes).map((route) => well('route', routeText(route))),
    ...(ruleset.routes.length > mostRoutes
      ? [aside('route', `… ${ruleset.routes.length - mostRoutes} more: cors-proxy routes`)]
      : []),
  ];
}

const mostRoutes = 8;

/** Names of secrets, never values. */
function routeText({ ref, target, policy, secretNames, forwardProxy }: Route): string {
  return [
    `${ref.match} → ${target.text}`,
    `for ${originsText(policy)}`,
    ...(secretNames.length === 0 ? [] : [`secret: ${secretNames.join(', ')}`]),
    ...(forwardProxy === undefined ? [] : [`through ${forwardProxy.from}`]),
  ].join('  ');
}

/** Whether an editor finds what it completes the keys from; `folder`: where the config is. */
export function editorFinding(schema: string | undefined, folder: string): Finding {
  if (schema === undefined) return aside('editor', 'no "$schema": it completes no keys');
  const said = `completes the keys from ${schema}`;
  if (/^[a-z]{2,}:/i.test(schema)) return aside('editor', said);
  if (existsSync(resolve(folder, schema))) return well('editor', said);
  const mend = 'install cors-dev-proxy here; or cors-proxy schema > FILE, and name that in "$schema"';
  return { ...aside('editor', `completes no keys: ${schema} is not there`), mend };
}

/** `configName`: as this process would call its config to others. */
export async function portFinding(listen: ListenOptions, configName: string): Promise<Finding> {
  const { host, port } = listen;
  if (port === 0) return aside('port', 'any free one (0)');
  if ((await freePort({ host, port })) === port) return well('port', `${host}:${port} is free`);
  const holder = await findPortHolder(port);
  if (holder.corsProxy?.config === configName) {
    return well('port', `${host}:${port} is held by a cors-proxy with this config (pid ${holder.pid})`);
  }
  const { said, mend } = inUse(holder, { listen, configName });
  return wrong('port', said, mend);
}

/** Two weeks: time enough to renew it. */
const soonMs = 14 * 86_400_000;

export async function certificateFinding(
  { https }: ListenOptions,
  env: Io['env'],
  now: Date,
): Promise<Finding> {
  if (https === false) return aside('certificate', 'none: http is served');
  const text = await certificateText(https, env);
  if (text === undefined) {
    return https === true
      ? aside('certificate', 'none yet: it is made at the first start')
      : wrong('certificate', `${https.certFile} cannot be read`, 'check "listen.https"');
  }
  try {
    return judge(new X509Certificate(text), now);
  } catch {
    return wrong('certificate', 'it is no PEM text of a certificate', 'check "listen.https"');
  }
}

async function certificateText(
  https: Exclude<ListenOptions['https'], false>,
  env: Io['env'],
): Promise<string | undefined> {
  if (https === true) return (await readPair(certificateFolder({ env })))?.cert;
  return readFile(https.certFile, 'utf8').catch(() => undefined);
}

function judge({ subject, subjectAltName, validFrom, validTo }: X509Certificate, now: Date): Finding {
  const names = subjectAltName ?? subject;
  const said = `${names.replaceAll('\n', ', ')}, until ${validTo}`;
  const renew = 'renew it; one that was made here is renewed at the next start';
  const left = Date.parse(validTo) - now.getTime();
  if (left <= 0) return wrong('certificate', `expired: ${said}`, renew);
  if (Date.parse(validFrom) > now.getTime())
    return wrong('certificate', `not valid before ${validFrom}`, 'set the clock');
  return left < soonMs ? wrong('certificate', `expires soon: ${said}`, renew) : well('certificate', said);
}
