/** Problems of a config on standard error, in the one form that they have. */

import { renderProblems } from '../config/render.ts';
import type { RulesReport } from './read-rules.ts';
import type { Channel } from './terminal.ts';

export function printProblems({ problems, text, rules }: RulesReport, channel: Channel): void {
  if (problems.length === 0) return;
  const { width, paint } = channel.layout();
  channel.line(
    renderProblems(problems, {
      text,
      file: rules === undefined ? fileOf(problems) : rules.file,
      color: paint,
      width,
    }),
  );
}

/** What could not be read still has its name in each of its problems. */
function fileOf(problems: RulesReport['problems']): string | undefined {
  return problems.find(({ place }) => place.line > 0)?.place.file;
}
