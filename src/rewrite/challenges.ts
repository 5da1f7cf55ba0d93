/**
 * `WWW-Authenticate` challenges that would open the browser's password dialog for localhost, and leave the page's
 * promise pending (seen in Chromium): Basic, Digest, NTLM, Negotiate. Bearer and DPoP are for scripts, and stay.
 */

const native: ReadonlySet<string> = new Set(['basic', 'digest', 'ntlm', 'negotiate']);

export interface Challenges {
  /** For `WWW-Authenticate`; empty where nothing is left. */
  readonly kept: string;
  /** For `X-Proxied-WWW-Authenticate`; empty where nothing was taken. */
  readonly taken: string;
}

/** One line may hold several challenges (RFC 9110 §11.6.1): each is looked at on its own, its bytes unchanged. */
export function sortChallenges(value: string): Challenges {
  const kept: string[] = [];
  const taken: string[] = [];
  for (const challenge of splitChallenges(value)) {
    const scheme = /^[^\s,=]+/.exec(challenge)?.[0].toLowerCase() ?? '';
    (native.has(scheme) ? taken : kept).push(challenge);
  }
  return { kept: kept.join(', '), taken: taken.join(', ') };
}

/** A comma begins a new challenge where a scheme follows: a token with no `=` directly behind it. */
function splitChallenges(value: string): string[] {
  const challenges: string[] = [];
  for (const part of splitOutsideQuotes(value)) {
    const isParameter = /^[^\s=,"]+\s*=(?!=*$)/.test(part);
    const last = challenges.length - 1;
    if (isParameter && last >= 0) challenges[last] = `${challenges[last]}, ${part}`;
    else challenges.push(part);
  }
  return challenges;
}

function splitOutsideQuotes(value: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < value.length; i += 1) {
    const char = value[i];
    if (char === '\\' && isQuoted) i += 1;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === ',' && !isQuoted) {
      parts.push(value.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(value.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
