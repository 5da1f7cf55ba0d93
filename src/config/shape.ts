/** The schema as a tree that can be walked beside a config: which keys stand where, and what each may be. */

import { type About, type AnySchema, aboutOf, configSchema, firstMessage } from './schema.ts';

export type Shape = ObjectShape | RecordShape | ListShape | ChoiceShape | LeafShape;

interface Described {
  readonly about: Partial<About>;
  /** Goes on after the key's name: `must be an object`. */
  readonly message: string;
}

/** Closed: a key that is not here is a mistake. */
export interface ObjectShape extends Described {
  readonly kind: 'object';
  readonly keys: ReadonlyMap<string, KeyShape>;
}

export interface KeyShape {
  readonly shape: Shape;
  readonly isRequired: boolean;
}

/** Open: its keys are the author's, header names for one. */
interface RecordShape extends Described {
  readonly kind: 'record';
  readonly value: Shape;
}

interface ListShape extends Described {
  readonly kind: 'list';
  readonly item: Shape;
}

export interface ChoiceShape extends Described {
  readonly kind: 'choice';
  readonly options: readonly Shape[];
}

export interface LeafShape extends Described {
  readonly kind: 'leaf';
  readonly type: 'text' | 'number' | 'boolean';
  /** The texts that it may be; empty where any may stand. */
  readonly modes: readonly string[];
  /** What is wrong with a value, or `undefined`. */
  readonly check: (value: unknown) => string | undefined;
}

/** What this file reads of a valibot schema; each kind has some of it. */
interface SchemaParts {
  readonly type: string;
  readonly message?: unknown;
  readonly wrapped?: AnySchema;
  readonly entries?: Readonly<Record<string, AnySchema>>;
  readonly value?: AnySchema;
  readonly item?: AnySchema;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
}

function toShape(schema: AnySchema): Shape {
  const parts = partsOf(schema);
  const described = { about: aboutOf(schema), message: String(parts.message ?? '') };
  switch (parts.type) {
    case 'strict_object':
      return { ...described, kind: 'object', keys: keysOf(parts.entries ?? {}) };
    case 'record':
      return { ...described, kind: 'record', value: inner(parts.value) };
    case 'array':
      return { ...described, kind: 'list', item: inner(parts.item) };
    case 'union':
      return { ...described, kind: 'choice', options: (parts.options ?? []).map((option) => inner(option)) };
    case 'optional':
      return inner(parts.wrapped);
    case 'nullable':
      return withNull(inner(parts.wrapped), schema);
    default:
      return {
        ...described,
        kind: 'leaf',
        ...leafParts(parts),
        check: (value) => firstMessage(schema, value),
      };
  }
}

function partsOf(schema: AnySchema): SchemaParts {
  return schema as unknown as SchemaParts;
}

function inner(schema: unknown): Shape {
  return toShape(schema as AnySchema);
}

function withNull(shape: Shape, schema: AnySchema): Shape {
  return shape.kind === 'leaf' ? { ...shape, check: (value) => firstMessage(schema, value) } : shape;
}

function keysOf(entries: Readonly<Record<string, AnySchema>>): ReadonlyMap<string, KeyShape> {
  return new Map(
    Object.entries(entries).map(([name, schema]) => [
      name,
      { shape: toShape(schema), isRequired: partsOf(schema).type !== 'optional' },
    ]),
  );
}

function leafParts(parts: SchemaParts): Pick<LeafShape, 'type' | 'modes'> {
  switch (parts.type) {
    case 'string':
      return { type: 'text', modes: [] };
    case 'number':
      return { type: 'number', modes: [] };
    case 'boolean':
      return { type: 'boolean', modes: [] };
    case 'picklist':
      return { type: 'text', modes: (parts.options ?? []).map(String) };
    case 'literal':
      return { type: 'text', modes: [String(parts.literal)] };
    default:
      throw new Error(`The schema uses "${parts.type}", which shape.ts does not know`);
  }
}

function rootShape(): ObjectShape {
  const shape = toShape(configSchema);
  if (shape.kind !== 'object') throw new Error('The config is not an object');
  return shape;
}

export const configShape: ObjectShape = rootShape();
