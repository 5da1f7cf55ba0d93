/**
 * The Chromium that the browser tests run in: found on this machine, else installed; never skipped silently. The
 * only file that imports playwright-core.
 */

import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

export type { Browser, BrowserContext, Page } from 'playwright-core';

export interface LaunchOptions {
  /** Further rules of `--host-resolver-rules`: `MAP javascript.info 127.0.0.1:8443`. */
  readonly resolverRules?: readonly string[];
  /** Certificates in PEM that are taken for valid. Unlike `ignoreHTTPSErrors` this lets their responses be cached. */
  readonly trusted?: readonly string[];
}

const isRoot = process.getuid?.() === 0;

/** Hosts below `.test` (RFC 6761 §6.2) lead to this machine, so that pages can have names of their own. */
const standingRules = ['MAP *.test 127.0.0.1'];

/** A browser whose contexts are private windows: third-party cookies are blocked there. */
export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch(settings(options));
}

export interface Profile {
  readonly context: BrowserContext;
  readonly close: () => Promise<void>;
}

/** A window of a profile that lets third-party cookies pass, as Chrome's does by default, and Debian's Chromium not. */
export async function launchProfile(options: LaunchOptions = {}): Promise<Profile> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cors-proxy-profile-'));
  await mkdir(path.join(folder, 'Default'));
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  await writeFile(path.join(folder, 'Default', 'Preferences'), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(folder, settings(options));
  return {
    context,
    close: async () => {
      await context.close();
      // Chromium's last process may still be writing.
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

function settings({ resolverRules = [], trusted = [] }: LaunchOptions) {
  return {
    executablePath: findOrInstallChromium(),
    // Chromium's sandbox refuses to start as root; the pages of these tests are our own.
    chromiumSandbox: !isRoot,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=${[...resolverRules, ...standingRules].join(', ')}`,
      `--ignore-certificate-errors-spki-list=${trusted.map(publicKeyHash).join(',')}`,
    ],
  };
}

/** As in RFC 7469 §2.4: SHA-256 of the SubjectPublicKeyInfo. */
function publicKeyHash(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/** Path of a Chromium or Chrome; installs one where there is none. Throws an error that says what to do. */
export function findOrInstallChromium(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  const tried = install();
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new Error(
    `Cannot find a Chromium for the browser tests, and "${tried}" did not bring one. ` +
      'Mend: install Chromium or Chrome, and set CORS_PROXY_CHROMIUM to its path if it is not on PATH',
  );
}

function findChromium(): string | undefined {
  return named('CORS_PROXY_CHROMIUM') ?? named('CHROME_PATH') ?? onPath() ?? inUsualPlace();
}

/** A variable that leads nowhere is a mistake, not a wish for another browser. */
function named(variable: string): string | undefined {
  const file = process.env[variable];
  if (file === undefined || file === '') return undefined;
  if (isExecutable(file)) return file;
  throw new Error(`Cannot run ${variable}="${file}": no executable file. Mend: correct it, or unset it`);
}

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function onPath(): string | undefined {
  const directories = (process.env.PATH ?? '').split(path.delimiter).filter((directory) => directory !== '');
  return commands
    .flatMap((command) => directories.map((directory) => path.join(directory, command)))
    .find(isExecutable);
}

function inUsualPlace(): string | undefined {
  const places = [
    chromium.executablePath(),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  return places.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs the installer that fits this system, and names it. */
function install(): string {
  const isDebian = process.platform === 'linux' && existsSync('/etc/debian_version');
  if (!isRoot || !isDebian) return attempt('npx playwright-core install chromium');
  attempt('apt-get update');
  // Another test process may be installing: wait for its lock.
  return attempt('apt-get -o DPkg::Lock::Timeout=300 install -y chromium');
}

function attempt(commandLine: string): string {
  // A shell, because npx is a .cmd file on Windows; the lines are the constants above.
  spawnSync(commandLine, { shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
  return commandLine;
}
