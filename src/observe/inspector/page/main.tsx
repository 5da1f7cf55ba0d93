/** The page's beginning: one model, drawn anew when it changes, and the doors through which news come in. */

import { render } from 'preact';
import { type Actions, createActions } from './actions.ts';
import { App } from './app.tsx';
import { listen } from './client.ts';
import { type Command, commandOf } from './keys.ts';
import { empty, type Model, withBatch, withConnection } from './model.ts';

const root = document.querySelector('#app');
const narrow = matchMedia('(max-width: 46rem)');

let model: Model = empty;
let isDrawing = false;

const actions = createActions({
  model: () => model,
  change: (next) => {
    model = next(model);
    draw();
  },
});

/** Once for all changes of a moment. */
function draw(): void {
  if (isDrawing || root === null) return;
  isDrawing = true;
  queueMicrotask(() => {
    isDrawing = false;
    render(<App model={model} actions={actions} layout={narrow.matches ? 'narrow' : 'wide'} />, root);
  });
}

const commands: Readonly<Record<Command, (actions: Actions) => void>> = {
  next: ({ move }) => void move(1),
  previous: ({ move }) => void move(-1),
  first: ({ move }) => void move(Number.NEGATIVE_INFINITY),
  last: ({ move }) => void move(Number.POSITIVE_INFINITY),
  open: ({ move }) => {
    if (model.selected === null) void move(0);
    queueMicrotask(() => document.querySelector<HTMLElement>('#detail')?.focus());
  },
  close: ({ close }) => {
    close();
    document.querySelector<HTMLElement>('#list')?.focus();
  },
  filter: () => document.querySelector<HTMLInputElement>('#filter')?.select(),
  replay: ({ replay }) => void replay(),
  edit: ({ edit }) => edit(),
  allow: ({ allow }) => void allow(),
  curl: ({ curl }) => curl(),
  mark: ({ mark }) => mark(model.selected),
  pause: ({ pause }) => pause(),
  help: ({ help }) => help(),
};

document.addEventListener('keydown', (event) => {
  // The help is modal, and its keys are the browser's.
  if (model.isHelping) return;
  const isCombined = event.ctrlKey || event.metaKey || event.altKey;
  const command = commandOf({ key: event.key, isCombined, in: placeOf(event.target) });
  if (command === undefined) return;
  event.preventDefault();
  commands[command](actions);
});

function placeOf(target: EventTarget | null): 'page' | 'control' | 'text' {
  if (!(target instanceof HTMLElement)) return 'page';
  if (target.matches('input, textarea, select')) return 'text';
  return target.matches('button, a, [role="tab"], summary') ? 'control' : 'page';
}

narrow.addEventListener('change', draw);

listen({
  batch: (batch) => {
    model = withBatch(model, batch);
    draw();
    if (!model.isPaused && batch.rows.some(({ n }) => n === model.selected)) void actions.refresh();
  },
  connection: (state) => {
    model = withConnection(model, state);
    draw();
  },
});

draw();
