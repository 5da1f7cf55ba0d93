/** `cors-proxy explain METHOD PATH --origin O`: what would happen to a request, and why. Sends nothing. */

import { maskOf } from '../../observe/mask.ts';
import type { Plan } from '../../plan-shape.ts';
import type { Ruleset } from '../../ruleset.ts';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { type Answer, answer, type Step } from '../explain/answer.ts';
import { type Question, readQuestion } from '../explain/question.ts';
import { reportText } from '../explain/report.ts';
import { printProblems } from '../problem-report.ts';
import { loadRequest, readRules } from '../read-rules.ts';

export const explain: Run = async ({ io, line, settings, terminal }) => {
  const question = readQuestion(line);
  const report = await readRules(loadRequest(settings, io));
  if (report.rules === undefined) {
    printProblems(report, terminal.err);
    return exitCode.usage;
  }
  const { ruleset } = report.rules;
  const answered = answer(question, ruleset);
  const isJson = line.switches.get('json') === true || settings.logFormat === 'json';
  const { out } = terminal;
  const text = isJson
    ? JSON.stringify(answerJson(question, answered, ruleset))
    : reportText(question, answered, { ruleset, paint: out.layout().paint });
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

/** The plan as it is; credentials and secrets aside. */
function maskedPlan(plan: Plan, ruleset: Ruleset): object {
  const mask = maskOf(ruleset);
  switch (plan.kind) {
    case 'forward': {
      const { path, headers } = plan.upstream;
      return {
        ...plan,
        upstream: { ...plan.upstream, path: mask.target(path), headers: mask.headers(headers) },
      };
    }
    case 'refuse':
      return { ...plan, refusal: { ...plan.refusal, detail: mask.text(plan.refusal.detail) } };
    case 'answer':
    case 'own':
      return plan;
  }
}
