/** User and password of a URL as Basic credentials (RFC 7617), and what of them must be masked. */

export interface BasicCredentials {
  /** The value of `Authorization`, or of `Proxy-Authorization`. */
  readonly header: string;
  readonly secrets: readonly string[];
}

/** `undefined` where the URL names nobody. Never throws, whatever the escapes. */
export function basicCredentials({
  username,
  password,
}: Pick<URL, 'username' | 'password'>): BasicCredentials | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decoded(username)}:${decoded(password)}`;
  const credentials = Buffer.from(pair, 'utf8').toString('base64');
  const secrets = [`Basic ${credentials}`, credentials, decoded(password), password];
  return { header: `Basic ${credentials}`, secrets };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
