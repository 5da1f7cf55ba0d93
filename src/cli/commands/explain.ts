/** `cors-proxy explain METHOD PATH --origin O`: what would happen to a request, and why. Sends nothing. */

import { folded } from '../../config/wrapped.ts';
import { secretsIn } from '../../guard/secret-text.ts';
import { maskOf } from '../../observe/mask.ts';
import type { Plan } from '../../plan-shape.ts';
import type { Ruleset } from '../../ruleset.ts';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { type Answer, answer, type Step } from '../explain/answer.ts';
import { readPasted } from '../explain/pasted.ts';
import { firstSteps, questionOfPasted } from '../explain/pasted-question.ts';
import { type Question, readQuestion } from '../explain/question.ts';
import { reportIndent, reportText } from '../explain/report.ts';
import { printProblems } from '../problem-report.ts';
import { hasNoTarget, loadRequest, readRules } from '../read-rules.ts';
import { complain } from '../terminal.ts';

export const explain: Run = async ({ io, line, settings, terminal }) => {
  const pasted = readPasted(line.operands.join(' '));
  const written = pasted === undefined ? { question: readQuestion(line), notes: [] } : undefined;
  const report = await readRules(loadRequest(settings, io));
  if (report.rules === undefined) {
    const steps = hasNoTarget(report) && pasted !== undefined ? firstSteps(pasted) : undefined;
    if (steps === undefined) printProblems(report, terminal.err);
    else complain(terminal, steps.said, steps.mend);
    return exitCode.usage;
  }
  const { ruleset } = report.rules;
  const asked = written ?? questionOfPasted(pasted, line, ruleset);
  if ('said' in asked) {
    complain(terminal, asked.said, asked.mend);
    return exitCode.refused;
  }
  const answered = answer(asked.question, ruleset);
  const isJson = line.switches.get('json') === true || settings.logFormat === 'json';
  const { out } = terminal;
  const { paint, width } = out.layout();
  const mask = maskOf(ruleset);
  // Names and methods are the user's own words, and may hold a secret like any other text.
  const text = isJson
    ? JSON.stringify(answerJson(asked.question, answered, ruleset), (_key, value: unknown) =>
        typeof value === 'string' ? mask.text(value) : value,
      )
    : folded(
        secretsIn(ruleset.secrets).mask(
          [...asked.notes, reportText(asked.question, answered, { ruleset, paint })].join('\n'),
        ),
        { indent: reportIndent, width },
      );
  out.line(text);
  return answered.verdict === 'refused' ? exitCode.refused : exitCode.ok;
};

function answerJson({ method, path, origin }: Question, answered: Answer, ruleset: Ruleset): object {
  const mask = maskOf(ruleset);
  return {
    method,
    path: mask.target(path),
    origin: origin === undefined ? null : mask.text(origin),
    verdict: answered.verdict,
    because: answered.because,
    isLeftToApi: answered.isLeftToApi,
    preflight: answered.preflight === null ? null : stepJson(answered.preflight, ruleset),
    request: stepJson(answered.request, ruleset),
  };
}

function stepJson({ plan, response, browserSays }: Step, ruleset: Ruleset): object {
  const headers = maskOf(ruleset).headers(response.headers);
  return { plan: maskedPlan(plan, ruleset), response: { ...response, headers }, browserSays };
}

/** What is known by its name is masked here, by value all is. */
function maskedPlan(plan: Plan, ruleset: Ruleset): object {
  if (plan.kind !== 'forward') return plan;
  const mask = maskOf(ruleset);
  const { path, headers } = plan.upstream;
  const upstream = { ...plan.upstream, path: mask.target(path), headers: mask.headers(headers) };
  return { ...plan, upstream };
}
