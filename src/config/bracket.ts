/** Whether every bracket of a text has its partner, and how deep they go: found before anything is parsed. */

export interface Bracket {
  readonly token: '{' | '}' | '[' | ']';
  readonly offset: number;
}

export type Brackets =
  | { readonly kind: 'paired' }
  | { readonly kind: 'too-deep'; readonly at: Bracket }
  /** `close` does not end `open`; without `open` there is nothing that it could end. */
  | { readonly kind: 'crossed'; readonly open: Bracket | undefined; readonly close: Bracket }
  | { readonly kind: 'unclosed'; readonly open: Bracket };

/** The config itself needs five levels. */
export const deepestNesting = 32;

export function readBrackets(brackets: readonly Bracket[]): Brackets {
  const open: Bracket[] = [];
  let crossed: Brackets | undefined;
  for (const bracket of brackets) {
    if (bracket.token === '{' || bracket.token === '[') {
      open.push(bracket);
      if (open.length > deepestNesting) return { kind: 'too-deep', at: bracket };
      continue;
    }
    const partner = open.pop();
    if (partner === undefined || partner.token !== partnerOf(bracket.token)) {
      crossed ??= { kind: 'crossed', open: partner, close: bracket };
    }
  }
  const unclosed = open.at(-1);
  return crossed ?? (unclosed === undefined ? { kind: 'paired' } : { kind: 'unclosed', open: unclosed });
}

export function partnerOf(token: Bracket['token']): Bracket['token'] {
  switch (token) {
    case '{':
      return '}';
    case '}':
      return '{';
    case '[':
      return ']';
    case ']':
      return '[';
  }
}
