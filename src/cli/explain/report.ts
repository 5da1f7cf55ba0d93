/** An answer in words, step by step, each with the place of the rule that made it. */

import { credentialsOn } from '../../config/as-given.ts';
import { explainDecision } from '../../cors/reasons.ts';
import { policyOf } from '../../finish.ts';
import { type HeaderList, lines } from '../../http/header-list.ts';
import { type Mask, maskOf } from '../../observe/mask.ts';
import type { Paint } from '../../observe/paint.ts';
import type { Plan } from '../../plan-shape.ts';
import type { Ruleset } from '../../ruleset.ts';
import type { Answer, Step } from './answer.ts';
import { ownOrigin, type Question } from './question.ts';

export interface ReportOptions {
  readonly ruleset: Ruleset;
  readonly paint: Paint;
}

interface Row {
  /** Empty: goes on with the row above. */
  readonly label: string;
  readonly text: string;
}

/** Columns of the labels. */
export const reportIndent = 12;

export function reportText(question: Question, answer: Answer, { ruleset, paint }: ReportOptions): string {
  const mask = maskOf(ruleset);
  const rows = [
    ...routeRows(answer.request.plan, ruleset),
    ...preflightRows(answer, ruleset, mask),
    ...requestRows(answer, ruleset, mask),
    ...browserRows(answer, ruleset, mask),
  ];
  const from =
    question.origin === undefined ? 'no page (curl, a navigation)' : `a page on ${question.origin}`;
  const title = `${question.method} ${ownOrigin(ruleset)}${mask.target(question.path)}  for ${mask.text(from)}`;
  const text = rows.map(({ label, text }) => `${paint.dim(label.padEnd(reportIndent))}${text}`.trimEnd());
  return [paint.bold(title), '', ...text, '', verdictLine(answer, paint)].join('\n');
}

function routeRows({ route }: Plan, ruleset: Ruleset): readonly Row[] {
  if (route === null) return [{ label: 'route', text: 'none matches' }];
  const target = ruleset.routes[route.index]?.target.text ?? '';
  return [
    { label: 'route', text: placed(`routes[${route.index}] "${route.match}" → ${target}`, route.place) },
  ];
}

function placed(text: string, place: string): string {
  return place === '' ? text : `${text}  (${place})`;
}

function preflightRows({ because, preflight }: Answer, ruleset: Ruleset, mask: Mask): readonly Row[] {
  if (preflight === null)
    return [{ label: 'preflight', text: 'none: the browser sends the request at once' }];
  return [
    { label: 'preflight', text: `the browser asks first, because of ${mask.text(because.join(', '))}` },
    ...stepRows(preflight, ruleset, mask),
  ];
}

function requestRows(
  { request, preflight, unsendable }: Answer,
  ruleset: Ruleset,
  mask: Mask,
): readonly Row[] {
  const isUnsent = preflight !== null && preflight.browserSays !== null;
  const dropped =
    unsendable.length === 0
      ? []
      : [{ label: '', text: `no page can set ${mask.text(unsendable.join(', '))}: left out` }];
  if (isUnsent) return [{ label: 'request', text: 'never sent' }, ...dropped];
  const { plan } = request;
  const text =
    plan.kind === 'forward'
      ? `forwarded: ${plan.upstream.method} ${plan.upstream.origin}${mask.target(plan.upstream.path)}`
      : 'not forwarded';
  const sent = plan.kind === 'forward' ? headerRows('sends', plan.upstream.headers, mask) : [];
  return [{ label: 'request', text }, ...dropped, ...stepRows(request, ruleset, mask), ...sent];
}

/** Decision, what was refused beside it, status and headers of the answer. */
function stepRows({ plan, response }: Step, ruleset: Ruleset, mask: Mask): readonly Row[] {
  const status = plan.kind === 'forward' ? 'the API decides' : String(response.status);
  return [
    ...decisionRows(plan, ruleset, mask),
    {
      label: 'answer',
      text: plan.kind === 'forward' ? `status: ${status}` : `status: ${status}, from this proxy`,
    },
    ...headerRows('', ownHeaders(response.headers), mask),
  ];
}

function decisionRows(plan: Plan, ruleset: Ruleset, mask: Mask): readonly Row[] {
  const refused = plan.kind === 'refuse' || plan.kind === 'answer' ? plan.refusal : null;
  if (plan.decision === null) return refusalRows(refused, mask);
  const { verdict, why, mend, place } = explainDecision(plan.decision, policyOf(plan, ruleset));
  const rows = [
    { label: 'decision', text: placed(`${marks[verdict]} ${verdict}: ${mask.text(why)}`, place) },
    ...(mend === '' ? [] : [{ label: 'mend', text: mask.text(mend) }]),
  ];
  return verdict === 'refused' ? rows : [...rows, ...refusalRows(refused, mask)];
}

const marks = { allowed: '✓', refused: '✗', 'not needed': '–' } as const;

type Refused = Extract<Plan, { kind: 'answer' }>['refusal'];

function refusalRows(refused: Refused, mask: Mask): readonly Row[] {
  if (refused === null) return [];
  const { detail, hint, place } = refused;
  return [
    { label: 'refused', text: placed(`✗ ${mask.text(detail)}`, place) },
    ...(hint === '' ? [] : [{ label: 'mend', text: mask.text(hint) }]),
  ];
}

/** What CORS is about; the rest is the API's. */
function ownHeaders(headers: HeaderList): HeaderList {
  return [...lines(headers)].flatMap(([name, value]) =>
    /^(?:access-control-|vary$|allow$)/i.test(name) ? [name, value] : [],
  );
}

function headerRows(label: string, headers: HeaderList, mask: Mask): readonly Row[] {
  return [...lines(mask.headers(headers))].map(([name, value], i) => ({
    label: i === 0 ? label : '',
    text: `${name}: ${value}`,
  }));
}

function browserRows(
  { preflight, request, isLeftToApi, verdict }: Answer,
  ruleset: Ruleset,
  mask: Mask,
): readonly Row[] {
  const failed = [preflight, request].find((step) => (step?.browserSays ?? null) !== null);
  const says = failed?.browserSays ?? '';
  if (says !== '') {
    const row = { label: 'browser', text: `will say: ${mask.text(says)}` };
    return [row, ...credentialsMend(failed?.plan, says, ruleset)];
  }
  if (isLeftToApi)
    return [{ label: 'browser', text: 'goes by what the API answers: CORS is left to it here' }];
  return verdict === 'not needed' ? [] : [{ label: 'browser', text: 'lets the page read the answer' }];
}

/** The decision was favourable, and the page asks for more: the rule knows nothing of credentials mode. */
function credentialsMend(plan: Plan | undefined, says: string, ruleset: Ruleset): readonly Row[] {
  const route = plan?.route ?? null;
  if (plan === undefined || !says.includes('credentials mode') || route === null) return [];
  const { way } = policyOf(plan, ruleset).places.allowCredentials;
  const key = `routes[${route.index}].cors`;
  const text =
    way === 'key'
      ? `set "allowCredentials": true and list the origin in ${key}`
      : `add ${credentialsOn(way)}, and list the origin`;
  return [{ label: 'mend', text }];
}

function verdictLine({ verdict }: Answer, paint: Paint): string {
  switch (verdict) {
    case 'allowed':
      return paint.green('✓ allowed');
    case 'refused':
      return paint.red('✗ refused');
    case 'not needed':
      return paint.dim('– not needed: no other origin is involved');
  }
}
