/** An editor, a formatter and a change of branch at once: one reload, and the proxy goes on following its config. */

import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startMain } from '../run-main.ts';

const config = (port: number) =>
  JSON.stringify({ target: 'https://a.test', cors: { allowOrigin: `http://localhost:${port}` } });

it('LC-09 ten saves at once are one reload, and the next save is another', async () => {
  const started = startMain(['--port', '0', '--log-format', 'json'], {
    files: { 'cors-proxy.config.json': config(1) },
  });
  await started.printed(/"event":"ready"/);
  const file = join(started.cwd, 'cors-proxy.config.json');
  for (let i = 0; i < 10; i += 1) {
    if (i % 3 === 0) {
      writeFileSync(`${file}.tmp`, config(2));
      renameSync(`${file}.tmp`, file);
    } else if (i % 3 === 1) writeFileSync(file, config(2));
    else utimesSync(file, new Date(), new Date());
  }
  await started.printed(/allowOrigin \+http:\/\/localhost:2 /);
  writeFileSync(file, config(3));
  await started.printed(/allowOrigin \+http:\/\/localhost:3 /);
  expect(started.stdout().match(/"event":"reload"/g)).toHaveLength(2);
  started.signal('SIGTERM');
  expect(await started.ended).toBe(0);
});
