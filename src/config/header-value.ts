/** V53: what a header field cannot hold (RFC 9110 §5.5), with the variable that brought it and without its value. */

import { isFieldValue } from '../http/token.ts';
import type { Finding } from './finding.ts';
import type { Piece, Source, TextNode, Variable } from './node.ts';
import type { KeyPath } from './problem.ts';

/** The finding for a text that is not a field value. */
export function headerFault(node: TextNode, subject: string, path: KeyPath): Finding {
  const culprit = node.pieces.find(({ text }) => !isFieldValue(text));
  const what = faultIn(culprit?.text ?? node.value);
  const { source, ...words } = sayFault({ culprit, what, subject, source: node.source });
  return { code: 'CP122', source, path, ...words };
}

type Fault = 'a line break' | 'a control character' | 'a character beyond Latin-1';

function faultIn(text: string): Fault {
  if (/[\r\n]/.test(text)) return 'a line break';
  return /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text) ? 'a control character' : 'a character beyond Latin-1';
}

interface FaultParts {
  readonly culprit: Piece | undefined;
  readonly what: Fault;
  readonly subject: string;
  readonly source: Source;
}

function sayFault({ culprit, what, subject, source }: FaultParts): Pick<Finding, 'source' | 'said' | 'mend'> {
  const variable = culprit?.variable;
  if (variable?.from === undefined) {
    const mend =
      what === 'a character beyond Latin-1' ? 'write it in ASCII, percent-encoded for one' : 'remove it';
    return {
      source: variable?.source ?? source,
      said: `${subject} cannot go into a header: it contains ${what}`,
      mend,
    };
  }
  return {
    source: variable.source,
    said: `${subject} cannot hold the value of \${${variable.name}}: it contains ${what}`,
    mend: variableMend(variable, what),
  };
}

function variableMend({ name, from }: Variable, what: Fault): string {
  switch (what) {
    case 'a line break':
      return `is there a stray newline behind ${name} in ${from}?`;
    case 'a control character':
      return `set ${name} again in ${from}; it may have been copied with an invisible character`;
    case 'a character beyond Latin-1':
      return `check ${name} in ${from}: a header holds Latin-1 only, and keys are ASCII`;
  }
}
