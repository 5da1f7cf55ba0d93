/** The JSON Schema that ships in config/: made from the config's one declaration, so that an editor and the proxy agree. */

import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import { type About, configSchema } from '../../src/config/schema.ts';

/** The text of config/cors-proxy.schema.json. */
export function jsonSchemaText(): string {
  const schema = toJsonSchema(configSchema, {
    target: 'draft-07',
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === 'metadata' && 'metadata' in valibotAction
        ? described(jsonSchema, valibotAction.metadata as Partial<About>)
        : undefined,
  });
  const { $schema, ...rest } = schema;
  const named = {
    $schema,
    title: 'cors-proxy.config.json',
    description: 'What cors-proxy listens on, where it forwards to, and whom CORS lets read the answers.',
    // Words of VS Code's JSON language: no red lines below comments.
    allowComments: true,
    allowTrailingCommas: true,
    ...rest,
  };
  return `${JSON.stringify(named, null, 2)}\n`;
}

/** Editors show a description on hover and a default nowhere: so it stands in both. */
function described(schema: JsonSchema, about: Partial<About>): JsonSchema {
  const { description, default: value, defaultText, examples } = about;
  const fallback = value === undefined ? defaultText : JSON.stringify(value);
  const text = fallback === undefined ? description : `${description} Default: ${fallback}.`;
  const own = new Set(['defaultText', 'code', 'isHeaderValue']);
  const kept = Object.fromEntries(Object.entries(schema).filter(([key]) => !own.has(key)));
  return {
    ...kept,
    ...(description === undefined ? {} : { description: text }),
    ...(value === undefined ? {} : { default: value }),
    ...(examples === undefined ? {} : { examples: [...examples] }),
  } as JsonSchema;
}
