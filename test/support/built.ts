/** The compiled package, for tests that start it as a process: compiled once where nobody has done it. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `bin/cors-proxy.js`; `npm test` builds first, and whoever runs one file alone gets what the sources say now. */
export function builtExecutable(): string {
  build();
  return join(root, 'bin/cors-proxy.js');
}

/** The folder of the inspector's compiled page. */
export function builtPage(): string {
  build();
  return join(root, 'dist/observe/inspector/page');
}

function build(): void {
  const oldest = ['dist/cli/start.js', 'dist/observe/inspector/page/main.js'].map(writtenAt);
  if (Math.min(...oldest) >= newestSource()) return;
  for (const project of ['tsconfig.build.json', 'tsconfig.page.json']) compile(project);
}

function writtenAt(name: string): number {
  const file = join(root, name);
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function compile(project: string): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', project], { cwd: root });
}

function newestSource(): number {
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return Math.max(...names.map((name) => statSync(join(root, 'src', name)).mtimeMs));
}
