/** `cors-proxy doctor`: what of the machine and the project can be in the way, each with its mend. Sends nothing out. */

import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { folded } from '../../config/wrapped.ts';
import { escapeControls } from '../../observe/mask.ts';
import type { Layout } from '../../observe/spans.ts';
import type { Context, Run } from '../context.ts';
import type { Finding } from '../doctor/finding.ts';
import { clockFinding, nodeFinding, proxyFindings, watchFinding } from '../doctor/machine.ts';
import { certificateFinding, configFindings, editorFinding, portFinding } from '../doctor/project.ts';
import { exitCode } from '../exit-code.ts';
import { loadRequest, readRules } from '../read-rules.ts';

export const doctor: Run = async (context) => {
  const { line, settings, terminal } = context;
  const findings = await examine(context);
  const isJson = line.switches.get('json') === true || settings.logFormat === 'json';
  const { out } = terminal;
  out.line(isJson ? JSON.stringify(findings.map(findingJson)) : doctorText(findings, out.layout()));
  return findings.some(({ mark }) => mark === '✗') ? exitCode.failure : exitCode.ok;
};

async function examine({ io, settings }: Context): Promise<readonly Finding[]> {
  const now = new Date();
  const report = await readRules(loadRequest(settings, io));
  const { rules } = report;
  const file =
    rules?.file === undefined || rules.file === '<stdin>' ? undefined : resolve(io.cwd, rules.file);
  const listen = rules?.ruleset.listen;
  return [
    nodeFinding(process.versions.node),
    clockFinding(now, statSync(new URL(import.meta.url)).mtime),
    ...proxyFindings(io.env),
    ...configFindings(report),
    ...(file === undefined ? [] : [editorFinding(rules?.config.values.$schema, dirname(file))]),
    ...(listen === undefined
      ? []
      : [
          await portFinding(listen, file ?? 'the command line'),
          await certificateFinding(listen, io.env, now),
        ]),
    watchFinding(file === undefined ? io.cwd : dirname(file)),
  ];
}

function findingJson({ name, mark, said, mend }: Finding): object {
  return { name, ok: mark === '–' ? null : mark === '✓', said, mend: mend === '' ? null : mend };
}

/** Columns of mark and name. */
const indent = 15;

function doctorText(findings: readonly Finding[], { paint, width }: Layout): string {
  const styles = { '✓': paint.green, '✗': paint.red, '–': paint.dim } as const;
  const lines = findings.flatMap(({ name, mark, said, mend }) => [
    `${styles[mark](mark)} ${paint.bold(name.padEnd(11))}  ${escapeControls(said)}`,
    ...(mend === '' ? [] : [`  ${' '.repeat(11)}  ${paint.bold('Mend:')} ${escapeControls(mend)}`]),
  ]);
  const bad = findings.filter(({ mark }) => mark === '✗').length;
  const verdict = bad === 0 ? paint.green('Nothing is in the way') : paint.red(`${bad} in the way`);
  return [...lines.map((line) => folded(line, { indent, width })), '', verdict].join('\n');
}
