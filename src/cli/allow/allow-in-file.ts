/** An origin allowed in the config file itself: for `cors-proxy allow`, and whoever else offers it. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { allowOriginIn, type OriginEdit } from '../../config/allow-origin.ts';
import type { LoadRequest } from '../../config/load.ts';
import { type Problem, placeText } from '../../config/problem.ts';
import { readOriginText } from '../../cors/origin-text.ts';
import type { Route } from '../../ruleset.ts';
import { demoConfig } from '../demo/config-file.ts';
import { type RulesReport, readRules } from '../read-rules.ts';
import { replaceFile } from './replace-file.ts';
import { ruleToWiden, type Widening, type Wish } from './rule-to-widen.ts';

export type Allowed =
  | {
      readonly kind: 'added';
      /** As it is applied: browsers leave a default port out, for one. */
      readonly origin: string;
      /** `routes[0].cors.allowOrigin` */
      readonly key: string;
      /** `cors-proxy.config.json:7:45` */
      readonly place: string;
      readonly routes: readonly Route[];
    }
  | { readonly kind: 'there already'; readonly origin: string; readonly place: string }
  | { readonly kind: 'refused'; readonly said: string; readonly mend: string }
  /** The config has problems of its own: nothing is written into it. */
  | { readonly kind: 'bad config'; readonly report: RulesReport };

export async function allowInFile(request: LoadRequest, wish: Wish): Promise<Allowed> {
  const origin = readWish(wish.origin);
  if (typeof origin === 'object') return origin;
  const { given } = request;
  if (given.allowOrigin !== undefined) return notInFile(`${given.allowOrigin.from} stands above it`, origin);
  const held = await readRules(request);
  if (held.rules === undefined) return { kind: 'bad config', report: held };
  const { file } = held.rules;
  if (file === undefined) return notInFile('there is none here or above', origin);
  if (file === '<stdin>') return notInFile('it came from standard input', origin);
  const path = resolve(request.cwd, file);
  if (path === demoConfig) return notInFile("the demo's own is a part of this package", origin);
  return edited({ path, file, request: { ...request, given: { targets: [] } } }, { ...wish, origin });
}

interface ConfigFile {
  readonly path: string;
  /** As the user would name it. */
  readonly file: string;
  /** Without what flags gave: routes of the command line stand in no file. */
  readonly request: LoadRequest;
}

async function edited({ path, file, request }: ConfigFile, wish: Wish): Promise<Allowed> {
  const { origin } = wish;
  const report = await readRules(request);
  if (report.rules === undefined) return { kind: 'bad config', report };
  const widening = ruleToWiden(report.rules, wish);
  if (widening.kind === 'refused') return widening;
  if (widening.kind === 'allowed') return { kind: 'there already', origin, place: widening.place };
  const text = await readFile(path, 'utf8');
  const edit = allowOriginIn(text, { origin, section: widening.section, file });
  if (edit === undefined) {
    return refused(`Cannot write into ${JSON.stringify(file)}: it has another form than expected`, 'edit it');
  }
  if (edit.kind === 'there already') return { kind: 'there already', origin, place: placeText(edit.place) };
  const wrong = firstError(await readRules({ ...request, instead: edit.text.replace(/^\uFEFF/, '') }));
  if (wrong !== undefined) return refused(wrong.said, wrong.mend);
  return write(path, { before: text, edit, origin, routes: widening.routes });
}

/** The origin in the form that browsers send, or why it is none. */
function readWish(text: string): string | Extract<Allowed, { kind: 'refused' }> {
  const read = readOriginText(text, JSON.stringify(text));
  switch (read.kind) {
    case 'bad':
      return refused(read.verdict.said, read.verdict.mend);
    case 'null':
      return refused(
        'Cannot allow "null": every sandboxed frame, data: and file: page sends it, of any website',
        'serve the page over http, and allow that origin',
      );
    case 'any':
      return '*';
    case 'exact':
    case 'pattern':
      return read.text;
  }
}

function refused(said: string, mend: string): Extract<Allowed, { kind: 'refused' }> {
  return { kind: 'refused', said, mend };
}

function notInFile(why: string, origin: string): Allowed {
  return refused(
    `Cannot write into the config: ${why}`,
    `give the origin at the start: --allow-origin ${origin}; or write a config: cors-proxy init`,
  );
}

function firstError({ rules, problems }: RulesReport): Problem | undefined {
  return rules === undefined ? problems.find(({ severity }) => severity === 'error') : undefined;
}

interface Writing {
  readonly before: string;
  readonly edit: OriginEdit;
  readonly origin: string;
  readonly routes: Extract<Widening, { kind: 'rule' }>['routes'];
}

async function write(path: string, { before, edit, origin, routes }: Writing): Promise<Allowed> {
  const { place, text } = edit;
  try {
    const written = await replaceFile(path, { before, after: text });
    if (written === 'changed meanwhile') {
      return refused(`${JSON.stringify(place.file)} was changed meanwhile: nothing is written`, 'try again');
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return refused(`Cannot write ${JSON.stringify(place.file)} (${code})`, 'check its permissions');
  }
  const key = place.key.replace(/\[[0-9]+\]$/, '');
  return { kind: 'added', origin, key, place: placeText(place), routes };
}
