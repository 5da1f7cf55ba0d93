/** What a person can do, by key or by button. */

import type { Detail, Told } from '../wire.ts';
import { allow, fetchDetail, replay, saveHar } from './client.ts';
import {
  cleared,
  editOf,
  fieldsOf,
  type Model,
  neighbour,
  selection,
  type Tab,
  withFilter,
  withMark,
  withPause,
} from './model.ts';
import { curlText, fetchText, lackOf } from './snippets.ts';

export interface Store {
  readonly model: () => Model;
  readonly change: (next: (model: Model) => Model) => void;
}

export type Actions = ReturnType<typeof createActions>;

export function createActions({ model, change }: Store) {
  const tell = (told: Told | null) => change((now) => ({ ...now, told }));
  const detail = (): Detail | null => model().detail;

  async function select(n: number | null): Promise<void> {
    if (n === model().selected) return;
    change((now) => selection(now, n));
    if (n !== null) await load(n);
  }

  async function load(n: number): Promise<void> {
    const found = await fetchDetail(n).catch(() => 'The proxy does not answer');
    change((now) => {
      if (now.selected !== n) return now;
      return typeof found === 'string' ? { ...now, lost: found } : { ...now, detail: found, lost: '' };
    });
  }

  async function copy(text: string, what: string, lack = ''): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      tell({ ok: true, text: `Copied ${what}${lack === '' ? '' : `, but ${lack}`}`, mend: '' });
    } catch {
      tell({ ok: false, text: 'The browser did not let the text be copied', mend: '' });
    }
  }

  function copySnippet(textOf: (shown: Detail) => string, what: string): void {
    const shown = detail();
    if (shown === null) return;
    const text = textOf(shown);
    void copy(text, what, lackOf(shown, text));
  }

  return {
    select,
    /** The one that is looked at has changed. */
    refresh: async () => {
      const { selected } = model();
      if (selected !== null) await load(selected);
    },
    move: (by: number) => select(neighbour(model(), by)),
    close: () => {
      const { edit } = model();
      if (edit !== null) change((now) => ({ ...now, edit: null }));
      else change((now) => ({ ...selection(now, null), told: null }));
    },
    filter: (text: string) => change((now) => withFilter({ ...now, isSideOpen: false }, text)),
    tab: (tab: Tab) => change((now) => ({ ...now, tab })),
    pause: () => change(withPause),
    clear: () => change(cleared),
    mark: (n: number | null) => {
      if (n !== null) change((now) => withMark(now, n));
    },
    help: () => change((now) => ({ ...now, isHelping: true })),
    closeHelp: () => change((now) => ({ ...now, isHelping: false })),
    side: () => change((now) => ({ ...now, isSideOpen: !now.isSideOpen })),
    raw: () => change((now) => ({ ...now, isRaw: !now.isRaw })),
    hush: () => tell(null),
    curl: () => copySnippet(curlText, 'as curl'),
    fetch: () => copySnippet(fetchText, 'as fetch'),
    command: (text: string) => void copy(text, 'the command'),
    replay: async () => {
      const shown = detail();
      if (shown === null) return;
      const { noReplay, row } = shown;
      if (noReplay === '') tell(await replay({ n: row.n, edit: null }));
      else tell({ ok: false, text: `Not sent again: ${noReplay}`, mend: 'edit it, and send it with a body' });
    },
    edit: () => change((now) => (now.detail === null ? now : { ...now, edit: editOf(now.detail) })),
    type: (part: Partial<NonNullable<Model['edit']>>) =>
      change((now) => (now.edit === null ? now : { ...now, edit: { ...now.edit, ...part } })),
    send: async () => {
      const { edit, detail: shown } = model();
      if (edit === null || shown === null) return;
      const told = await replay({ n: shown.row.n, edit: { ...edit, fields: fieldsOf(edit.fields) } });
      change((now) => ({ ...now, told, edit: told.ok ? null : now.edit }));
    },
    allow: async () => {
      const shown = detail();
      if (shown === null) return;
      if (shown.allowable === '') tell({ ok: false, text: 'No origin was refused here', mend: '' });
      else tell(await allow(shown.row.n));
    },
    har: () => saveHar(model().marked),
  };
}
