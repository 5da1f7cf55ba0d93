/** What the shortcuts do. Only where a person sits at both ends: a terminal to type in, a terminal to read on. */

import type { App } from '../../app.ts';
import type { LoadRequest } from '../../config/load.ts';
import type { Exchange } from '../../exchange.ts';
import { isLoopbackHost, parseOrigin } from '../../http/origin.ts';
import type { Journal } from '../../observe/journal.ts';
import { escapeControls } from '../../observe/mask.ts';
import { allowInFile } from '../allow/allow-in-file.ts';
import { tellAllowed } from '../allow/tell.ts';
import type { Context } from '../context.ts';
import { isInForeground } from '../foreground.ts';
import { openBrowser } from '../open-browser.ts';
import type { Reporter } from '../reporter.ts';
import { complain } from '../terminal.ts';
import { readLines, type ShortcutName, shortcutOf, shortcutsText } from './keys.ts';

export interface Host {
  readonly app: App;
  readonly reporter: Reporter;
  readonly journal: Pick<Journal, 'all'>;
  /** How the rules are read. */
  readonly request: LoadRequest;
  readonly inspectorUrl: string | undefined;
  readonly reload: () => Promise<void>;
  readonly quit: () => void;
}

export function hasShortcuts({ io, settings }: Context): boolean {
  return (
    io.stdinKind === 'terminal' &&
    io.stdout.isTTY === true &&
    settings.logFormat === 'pretty' &&
    // Standard input is the config.
    settings.configFile !== '-'
  );
}

/** Gives back what ends them. */
export function attendShortcuts(context: Context, host: Host): () => void {
  const { io, terminal } = context;
  const press = shortcutActions(context, host);
  const stop = readLines(io.stdin, (line) => {
    const name = shortcutOf(line);
    if (name === undefined) {
      return complain(terminal, `There is no shortcut ${JSON.stringify(line)}`, 'h + Enter lists them');
    }
    press[name]();
  });
  // After Ctrl-Z and `bg` the keys are the shell's.
  const off = io.onSignal('SIGCONT', () => {
    if (isInForeground()) io.stdin.resume();
    else io.stdin.pause();
  });
  return () => {
    off();
    stop();
  };
}

function shortcutActions(context: Context, host: Host): Readonly<Record<ShortcutName, () => void>> {
  const { terminal } = context;
  const { out } = terminal;
  let shown: 'all' | 'blocked' = 'all';
  return {
    help: () => out.line(shortcutsText()),
    urls: () => out.line(urlsText(host)),
    open: () => openBrowser(host.inspectorUrl ?? `${host.app.url}/`),
    allow: allowAction(context, host),
    blocked: () => {
      shown = shown === 'all' ? 'blocked' : 'all';
      host.reporter.show(shown);
      out.line(
        shown === 'blocked' ? 'Refusals and failures alone from here on' : 'All requests from here on',
      );
    },
    reload: () => void host.reload(),
    clear: () => {
      // A terminal that knows no such sequence would print it.
      if (context.io.env.TERM !== 'dumb') out.sink.write('\u001b[2J\u001b[3J\u001b[H');
    },
    quit: host.quit,
  };
}

function urlsText({ app, inspectorUrl }: Host): string {
  const own = inspectorUrl === undefined ? [] : [`  Inspector  ${inspectorUrl}`];
  return [`  Local      ${app.url}/`, ...own].join('\n');
}

function allowAction(context: Context, host: Host): () => void {
  const { terminal } = context;
  let asked = '';
  return () => {
    const blocked = host.journal.all().findLast(isBlockedOrigin);
    const wish = blocked && wishOf(blocked);
    if (wish === undefined) return complain(terminal, 'No origin was blocked yet', '');
    const question = JSON.stringify(wish);
    // Any website can be the last one that was blocked: what is not of this machine is asked for twice.
    if (!isOfThisMachine(wish.origin) && asked !== question) {
      asked = question;
      const name = escapeControls(wish.origin);
      return terminal.out.line(
        `Allow ${name} for ${wish.match}? It is no page of this machine: a + Enter again`,
      );
    }
    asked = '';
    void writeAllowed(context, host, wish);
  };
}

interface BlockedWish {
  readonly origin: string;
  readonly route: string;
  readonly match: string;
}

function isBlockedOrigin({ plan }: Exchange): boolean {
  const { decision, route } = plan;
  return route !== null && decision?.kind === 'refused' && decision.reason === 'origin-not-listed';
}

function wishOf({ plan: { decision, route } }: Exchange): BlockedWish | undefined {
  if (route === null || decision?.kind !== 'refused') return undefined;
  return { origin: decision.origin, route: route.place, match: route.match };
}

function isOfThisMachine(origin: string): boolean {
  const parsed = parseOrigin(origin);
  return parsed !== undefined && isLoopbackHost(parsed.host);
}

async function writeAllowed(
  { settings, terminal }: Context,
  { request, reload }: Host,
  wish: BlockedWish,
): Promise<void> {
  const allowed = await allowInFile(request, wish);
  tellAllowed(allowed, terminal);
  if (allowed.kind === 'added' && !settings.watches) await reload();
}
