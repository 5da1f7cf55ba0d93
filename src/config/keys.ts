/** The keys of the config as a list, for the README's table, `--help` and "did you mean". */

import { configShape, type KeyShape, type Shape } from './shape.ts';

export interface ConfigKey {
  /** `listen.port`, `routes[].cors.allowOrigin` */
  readonly key: string;
  /** `number`, `text or list of texts`, `"rewrite" | "keep" | "drop"` */
  readonly type: string;
  /** As JSON or in words; `required`; the empty string where there is none. */
  readonly default: string;
  readonly description: string;
}

/** In the order of the schema; a key that holds others stands in front of them. */
export function configKeys(): readonly ConfigKey[] {
  return keysBelow(configShape, '');
}

function keysBelow(shape: Shape, prefix: string): ConfigKey[] {
  switch (shape.kind) {
    case 'object':
      return [...shape.keys].flatMap(([name, key]) => {
        const path = prefix === '' ? name : `${prefix}.${name}`;
        return [{ key: path, ...wordsOf(key) }, ...keysBelow(key.shape, path)];
      });
    case 'list':
      return keysBelow(shape.item, `${prefix}[]`);
    case 'choice':
      return shape.options.flatMap((option) => keysBelow(option, prefix));
    case 'record':
    case 'leaf':
      return [];
  }
}

function wordsOf({ shape, isRequired }: KeyShape): Omit<ConfigKey, 'key'> {
  const { description = '', default: value, defaultText = '' } = shape.about;
  const fallback = value === undefined ? defaultText : JSON.stringify(value);
  return { type: typeText(shape), default: isRequired ? 'required' : fallback, description };
}

function typeText(shape: Shape): string {
  switch (shape.kind) {
    case 'object':
    case 'record':
      return 'object';
    case 'list':
      return `list of ${typeText(shape.item)}s`;
    case 'choice':
      return [...new Set(shape.options.map(typeText))].join(' or ');
    case 'leaf':
      return shape.modes.length > 0
        ? shape.modes.map((mode) => JSON.stringify(mode)).join(' | ')
        : shape.type;
  }
}
