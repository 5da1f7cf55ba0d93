/** The process around `main`: what the executable calls. */

import { processIo } from './io.ts';
import { main } from './main.ts';

/** Ends the process: a socket that somebody keeps open must not keep it alive once `main` is done. */
export async function start(): Promise<never> {
  process.exit(await main(process.argv.slice(2), processIo()));
}
