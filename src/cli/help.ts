/** The help of a command, with what the config's declaration says of the keys that a flag stands for. */

import { configKeys } from '../config/keys.ts';
import { helpText } from './arguments.ts';
import type { CommandName } from './command-names.ts';

export function printedHelp(command: CommandName, width: number): Promise<string> {
  const keys = new Map(configKeys().map(({ key, ...notes }) => [key, notes]));
  return helpText(command, { width, keys });
}
