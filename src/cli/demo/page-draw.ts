/** The demo page's script, served as /draw.js: runs the experiments and draws what came of them, as text nodes only. */
export const drawScript = String.raw`
import { run } from './run.js';

const { origins, experiments, missing } = JSON.parse(document.getElementById('demo').textContent);
const bases = { direct: origins.api, proxied: origins.proxy };
const sides = Object.keys(bases);
const words = {
  works: ['✓', 'Works'],
  'readable-error': ['!', 'Error, readable'],
  blocked: ['✗', 'Blocked'],
  'not-run': ['–', 'Not run'],
};
const outcomes = new Map();

/** An element with attributes and children; texts become text nodes, never markup. */
function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function badge(outcome) {
  const [mark, word] = words[outcome];
  return el('span', { class: 'badge ' + outcome }, el('span', { 'aria-hidden': 'true' }, mark), el('span', { class: 'word' }, ' ' + word));
}

async function runSide(experiment, side) {
  const name = experiment.id + '-' + side;
  const card = document.querySelector('[data-card="' + name + '"]');
  const result = card.querySelector('.result');
  card.setAttribute('aria-busy', 'true');
  const onTick = (ticks) => result.replaceChildren(el('p', { class: 'wait' }, 'Listening …'), textBox(ticks.join('\n'), 'So far'));
  const done = isMissing(experiment) ? { outcome: 'not-run', results: [] } : await run(experiment, bases[side], onTick);
  result.replaceChildren(...drawSide(experiment, side, done));
  card.dataset.outcome = done.outcome;
  card.removeAttribute('aria-busy');
  document.querySelector('[data-score="' + name + '"]').replaceChildren(badge(done.outcome));
  outcomes.set(name, done.outcome);
}

function isMissing({ needs }) {
  return missing.includes(needs);
}

function drawSide(experiment, side, { outcome, results }) {
  const expected = experiment[side];
  const says = outcome === 'not-run' ? 'This needs the package ' + experiment.needs + ': npm i ' + experiment.needs
    : outcome === expected.outcome ? expected.says
    : 'This is not what the demo expects here. ' + unexpected(side);
  const parts = [el('p', { class: 'verdict' }, badge(outcome)), el('p', { class: 'says' }, says)];
  for (const result of results) parts.push(...drawResult(result, results.length > 1));
  if (experiment.asks && side === 'proxied') parts.push(askButton());
  if (experiment.kind === 'chat' && side === 'proxied' && outcome === 'works') parts.push(chatButton());
  return parts;
}

function unexpected(side) {
  if (side === 'proxied' && origins.proxy.startsWith('https:'))
    return 'Does this browser trust the proxy? Open ' + origins.proxy + ' once, accept its certificate, and run all again.';
  return 'Is this page open under its own address, ' + origins.page + '?';
}

function drawResult(result, isOneOfMany) {
  const { method, path, credentials } = result.call;
  const how = credentials === undefined ? '' : ', with credentials';
  const title = isOneOfMany ? [el('h4', { class: 'call' }, method + ' ' + path + how)] : [];
  return [...title, facts(result), ...drawHeaders(result), ...drawBody(result)];
}

/** What the script learned, and what reached the API in the meantime. */
function facts(result) {
  const rows = [];
  if (result.error !== undefined) rows.push(['The script gets', result.error]);
  if (result.status !== undefined) rows.push(['Status', result.status + ' ' + result.statusText]);
  if (result.landed) rows.push(['Landed on', result.landed.replace(/\?.*/, '')]);
  rows.push(['The API saw', seenText(result.seen)]);
  const origins = new Set(result.seen.map(({ origin }) => origin ?? 'none'));
  if (origins.size > 0) rows.push(['with Origin', [...origins].join(', ')]);
  return el('dl', {}, ...rows.map(([term, text]) => el('div', {}, el('dt', {}, term), el('dd', {}, text))));
}

/** Browsers repeat a request whose connection ended without an answer: equal lines become one. */
function seenText(seen) {
  if (seen.length === 0) return 'nothing';
  const counts = new Map();
  for (const { method, target, status } of seen) {
    const line = method + ' ' + target.replace(/\?.*/, '') + ' → ' + (status ?? 'hung up');
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => count === 1 ? line : line + ' (×' + count + ')').join(', ');
}

/** The readable headers, and the names of those that the API sent and the browser keeps. */
function drawHeaders(result) {
  if (result.status === undefined) return [];
  const readable = new Set(result.headers.map(([name]) => name));
  const rows = result.headers.map(([name, value]) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, value)));
  const table = el('table', { class: 'headers' },
    el('caption', {}, 'Headers that the script can read'), el('tbody', {}, ...rows));
  const sent = result.seen.flatMap((one) => one.sent);
  const hidden = [...new Set(sent)].filter((name) => !readable.has(name.toLowerCase()));
  if (hidden.length === 0) return [table];
  return [table, el('p', { class: 'hidden-headers' }, 'Sent, but hidden from it: ', el('code', {}, hidden.join(', ')))];
}

function drawBody(result) {
  if (!result.body) return [];
  const title = result.bodyTitle ?? 'Body';
  return [el('h4', {}, title), textBox(excerpt(laidOut(result.body)), title)];
}

function excerpt(text) {
  return text.length > 700 ? text.slice(0, 700).trimEnd() + ' …' : text.trimEnd();
}

/** JSON with line breaks, however it was sent; any other text as it is. */
function laidOut(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function textBox(text, title) {
  return el('pre', { tabindex: '0', 'aria-label': title }, text);
}

/** A refusal has no CORS headers, so this page cannot read it; its server can, like curl. */
function askButton() {
  const button = el('button', { type: 'button' }, 'Ask as curl would');
  const answer = el('div', { 'aria-live': 'polite' });
  button.addEventListener('click', async () => {
    const response = await fetch('/ask');
    const { status, body } = await response.json();
    answer.replaceChildren(textBox(status + '\n' + laidOut(body), 'Answer'));
  });
  return el('div', { class: 'ask' }, button, answer);
}

let leaveChat = () => {};

/** The same chat by hand: with everybody who has this page open and joined. */
function chatButton() {
  leaveChat();
  const button = el('button', { type: 'button' }, 'Join the chat');
  const room = el('div', { class: 'ask' }, button);
  button.addEventListener('click', async () => {
    const { join } = await import('./chat.js');
    const log = el('pre', { tabindex: '0', role: 'log', 'aria-label': 'Chat' });
    const onLine = (line) => log.append(line + '\n');
    const { say, leave } = join(bases.proxied, { onLine, onEnd: (why) => onLine('It is over: ' + why) });
    leaveChat = leave;
    const form = chatForm(say);
    room.replaceChildren(form, log);
    form.querySelector('input').focus();
  });
  return room;
}

function chatForm(say) {
  const input = el('input', { type: 'text', maxlength: '200', autocomplete: 'off', placeholder: 'Say something', 'aria-label': 'Message' });
  const form = el('form', { class: 'say' }, input, el('button', {}, 'Say'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (input.value !== '') say(input.value);
    input.value = '';
  });
  return form;
}

async function runExperiment(experiment) {
  await Promise.all(sides.map((side) => runSide(experiment, side)));
}

function tally() {
  const run = experiments.filter((experiment) => !isMissing(experiment));
  const read = (side) => run.filter(({ id }) => outcomes.get(id + '-' + side) !== 'blocked').length;
  const text = 'Your scripts could read ' + read('direct') + ' of ' + run.length + ' answers straight from the API, '
    + read('proxied') + ' of ' + run.length + ' through cors-proxy.';
  document.getElementById('tally').textContent = text;
}

async function runAll() {
  const button = document.getElementById('run-all');
  button.setAttribute('aria-disabled', 'true');
  await Promise.all(experiments.map(runExperiment));
  tally();
  button.removeAttribute('aria-disabled');
  document.body.dataset.done = 'true';
}

document.getElementById('run-all').addEventListener('click', (event) => {
  if (event.currentTarget.getAttribute('aria-disabled') !== 'true') runAll();
});
for (const experiment of experiments) {
  document.querySelector('[data-run="' + experiment.id + '"]').addEventListener('click', () => runExperiment(experiment).then(tally));
}
runAll();
`;
