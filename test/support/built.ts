/** The compiled package, for tests that start it as a process: compiled once where nobody has done it. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `bin/cors-proxy.js`; `npm test` builds first, and whoever runs one file alone gets what the sources say now. */
export function builtExecutable(): string {
  const built = join(root, 'dist/cli/start.js');
  if (!existsSync(built) || statSync(built).mtimeMs < newestSource()) {
    for (const project of ['tsconfig.build.json', 'tsconfig.page.json']) compile(project);
  }
  return join(root, 'bin/cors-proxy.js');
}

function compile(project: string): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', project], { cwd: root });
}

function newestSource(): number {
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return Math.max(...names.map((name) => statSync(join(root, 'src', name)).mtimeMs));
}
