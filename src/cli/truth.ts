/** What a text says of a switch, behind its "=" or in its variable; `undefined` where it says neither. */
export function truthOf(text: string): boolean | undefined {
  if (/^(?:1|true|yes|on)$/i.test(text)) return true;
  if (/^(?:0|false|no|off)$/i.test(text)) return false;
  return undefined;
}
