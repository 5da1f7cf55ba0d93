/** What of the machine can be in the way: Node, the clock, the network's proxy, what may be watched. Pure but for `watching`. */

import { watch } from 'node:fs';
import { aside, type Finding, well, wrong } from './finding.ts';

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isFine = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  const said = `Node ${version}`;
  return isFine
    ? well('node', said)
    : wrong('node', `${said}: 20.19 or a later 20, or 22.12 or later is needed`, 'nvm install 22');
}

/** A clock that is wrong makes every certificate look expired, or not yet valid. `builtAt`: of this package's files. */
export function clockFinding(now: Date, builtAt: Date): Finding {
  const text = now.toISOString().slice(0, 16);
  // A day for time zones and for whoever built it.
  const isBehind = now.getTime() < builtAt.getTime() - 86_400_000;
  return isBehind
    ? wrong(
        'clock',
        `${text}Z is before this package was built (${builtAt.toISOString().slice(0, 10)})`,
        'set the clock: certificates are judged by it',
      )
    : well('clock', `${text}Z`);
}

const proxyNames = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'];

/** Lower case first, as they are read. */
export function proxyFindings(env: Readonly<Record<string, string | undefined>>): readonly Finding[] {
  const set = proxyNames
    .flatMap((name) => [name.toLowerCase(), name])
    .flatMap((name) => {
      const value = env[name]?.trim();
      return value === undefined || value === '' ? [] : [{ name, value }];
    });
  if (set.length === 0)
    return [aside('proxy', 'no HTTP_PROXY, HTTPS_PROXY, ALL_PROXY: targets are reached directly')];
  return set.map(({ name, value }) => proxyFinding(name, value));
}

function proxyFinding(name: string, value: string): Finding {
  if (/^no_proxy$/i.test(name)) return well('proxy', `${name}=${value}`);
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const shown = withoutUser(value);
  if (!URL.canParse(url)) {
    return wrong(
      'proxy',
      `${name}=${shown} is no URL, and is not used`,
      `export ${name}=http://proxy.company.example:3128`,
    );
  }
  if (!/^https?:$/.test(new URL(url).protocol)) {
    return wrong(
      'proxy',
      `${name}=${shown} is no HTTP proxy, and is not used`,
      'give an http or https proxy, or unset it',
    );
  }
  return well('proxy', `${name}=${shown}`);
}

/** Up to the last `@`: a password may hold one. */
function withoutUser(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1***@');
}

/** Tried, since the limits alone do not say what others have used of them. */
export function watchFinding(directory: string): Finding {
  try {
    watch(directory, () => {}).close();
    return well('watch', 'saves of the config can be followed');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const mend =
      code === 'ENOSPC' || code === 'EMFILE'
        ? 'sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512'
        : 'start with --no-watch, and restart after a change';
    return wrong('watch', `the folder of the config cannot be followed (${code})`, mend);
  }
}
