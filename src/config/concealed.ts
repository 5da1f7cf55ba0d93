/** Secrets that are written out in a config, hidden in the lines that a report quotes: reports land in chats and CI logs. */

import { isSecretField } from '../http/secret-fields.ts';

/** A name and a text, with quotes of either kind or, in a file that cannot be read, without. */
const member = /((["']?)([\w-]+)\2[ \t]*:[ \t]*\[?[ \t]*["'])((?:[^"'\\]|\\.)*)/g;

/** The user of a URL, its scheme forgotten or not: a password may hold nearly anything but a slash. */
const userInfo = /(:\/\/|["'=])([^\s"'/\\]+)(?=@)/g;

/** Of the same length, so that carets stay below their token; `${NAME}` stays, for it gives nothing away. */
export function concealed(line: string): string {
  return line
    .replace(member, (whole, lead: string, _quote, name: string, value: string) =>
      isSecretField(name) && !value.includes('${') ? `${lead}${starred(value)}` : whole,
    )
    .replace(userInfo, (whole, lead: string, user: string) =>
      user.includes('${') ? whole : `${lead}${'*'.repeat(user.length)}`,
    );
}

/** The scheme says much and gives nothing away. */
function starred(value: string): string {
  const scheme = /^(?:Bearer|Basic|Token) /i.exec(value)?.[0] ?? '';
  return `${scheme}${'*'.repeat(value.length - scheme.length)}`;
}
