/** What the page sends, read as strictly as what anybody sends. */

import type { Field, ReplayWish } from './wire.ts';

export function readAllowWish(value: unknown): number | undefined {
  return numberIn(value);
}

export function readReplayWish(value: unknown): ReplayWish | undefined {
  const n = numberIn(value);
  if (n === undefined || !isObject(value)) return undefined;
  if (value.edit === null) return { n, edit: null };
  const edit = readEdit(value.edit);
  return edit === undefined ? undefined : { n, edit };
}

function readEdit(value: unknown): ReplayWish['edit'] | undefined {
  if (!isObject(value)) return undefined;
  const { method, path, body, fields } = value;
  if (typeof method !== 'string' || typeof path !== 'string' || typeof body !== 'string') return undefined;
  if (!Array.isArray(fields) || !fields.every(isField)) return undefined;
  return { method, path, body, fields };
}

function isField(value: unknown): value is Field {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}

function numberIn(value: unknown): number | undefined {
  return isObject(value) && Number.isSafeInteger(value.n) ? Number(value.n) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
