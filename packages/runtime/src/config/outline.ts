import { z } from 'zod'

/** A config schema seen as a tree of keys: what samples, option tables, variables and fault messages are made from. */
export type Outline = ScalarOutline | ObjectOutline | ListOutline | ChoiceOutline | MapOutline | EitherOutline

interface Common {
  /** The sentence of `.describe()`; names the key's consequence. */
  readonly description: string
  readonly required: boolean
  /** Needed in most files, by `.meta({ sampled: true })`: samples have it as if it were required. */
  readonly sampled: boolean
  /** As it would be written; undefined where there is none. */
  readonly fallback: unknown
  /** Completes "found …, expected …". */
  readonly expected: string
  /** For samples, as it would be written. */
  readonly example: string | undefined
}
export interface ScalarOutline extends Common {
  readonly type: 'scalar'
  readonly kind: string
  readonly values?: readonly string[]
  /** Of a number, the smallest that is taken. */
  readonly least?: number
}
export interface ObjectOutline extends Common {
  readonly type: 'object'
  readonly fields: Readonly<Record<string, Outline>>
}
export interface ListOutline extends Common {
  readonly type: 'list'
  readonly item: Outline
}
/** A mapping whose key `on` says which of several shapes it has. */
export interface ChoiceOutline extends Common {
  readonly type: 'choice'
  readonly on: string
  readonly options: Readonly<Record<string, ObjectOutline>>
}
export interface MapOutline extends Common {
  readonly type: 'map'
  readonly item: Outline
}
/** One of several forms, told apart by trying. */
export interface EitherOutline extends Common {
  readonly type: 'either'
  readonly options: readonly Outline[]
}

interface Wrapping {
  description: string
  required: boolean
  fallback: unknown
  meta: Record<string, unknown>
}

export const outlineOf = (schema: z.ZodType): Outline => {
  const wrapping: Wrapping = { description: '', required: true, fallback: undefined, meta: {} }
  return ofInner(unwrap(schema, wrapping), wrapping)
}

/** Takes off optional, default and pipe, and keeps what they say; the outermost word wins. */
const unwrap = (schema: z.ZodType, wrapping: Wrapping): z.ZodType => {
  const meta = (z.globalRegistry.get(schema) ?? {}) as Record<string, unknown>
  wrapping.meta = { ...meta, ...wrapping.meta }
  if (wrapping.description === '' && typeof meta['description'] === 'string') wrapping.description = meta['description']
  if (schema instanceof z.ZodOptional) {
    wrapping.required = false
    return unwrap(schema.unwrap() as z.ZodType, wrapping)
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    if (wrapping.required) wrapping.fallback = schema.def.defaultValue
    wrapping.required = false
    return unwrap(schema.unwrap() as z.ZodType, wrapping)
  }
  if (schema instanceof z.ZodReadonly) return unwrap(schema.unwrap() as z.ZodType, wrapping)
  if (schema instanceof z.ZodPipe && !(schema.in instanceof z.ZodUnknown)) {
    return unwrap(schema.in as z.ZodType, wrapping)
  }
  return schema
}

const ofInner = (schema: z.ZodType, { description, required, fallback, meta }: Wrapping): Outline => {
  const examples = Array.isArray(meta['examples']) ? (meta['examples'] as unknown[]) : []
  const example = examples.length > 0 ? String(examples[0]) : undefined
  const common = { description, required, sampled: required || meta['sampled'] === true, fallback, example }
  const told = typeof meta['expected'] === 'string' ? meta['expected'] : undefined

  if (schema instanceof z.ZodObject) {
    const fields = Object.fromEntries(
      Object.entries(schema.shape as Record<string, z.ZodType>).map(([key, one]) => [key, outlineOf(one)]),
    )
    return { ...common, type: 'object', fields, expected: told ?? `a mapping with ${Object.keys(fields).join(', ')}` }
  }
  if (schema instanceof z.ZodArray) {
    return { ...common, type: 'list', item: outlineOf(schema.element as z.ZodType), expected: told ?? 'a list' }
  }
  if (schema instanceof z.ZodRecord) {
    const item = outlineOf(schema.valueType as z.ZodType)
    return { ...common, type: 'map', item, expected: told ?? 'a mapping' }
  }
  if (schema instanceof z.ZodDiscriminatedUnion) return ofChoice(schema, common, told)
  if (schema instanceof z.ZodUnion) {
    const options = (schema.options as z.ZodType[]).map(outlineOf)
    return { ...common, type: 'either', options, expected: told ?? options.map((one) => one.expected).join(', or ') }
  }
  return { ...common, type: 'scalar', ...ofScalar(schema, meta), ...(told === undefined ? {} : { expected: told }) }
}

const ofChoice = (
  schema: z.ZodDiscriminatedUnion,
  common: Omit<Common, 'expected'>,
  told: string | undefined,
): ChoiceOutline => {
  const on = schema.def.discriminator
  const options: Record<string, ObjectOutline> = {}
  for (const option of schema.options) {
    const outline = outlineOf(option as z.ZodType)
    if (outline.type !== 'object') continue
    const tag = outline.fields[on]
    for (const value of tag?.type === 'scalar' ? (tag.values ?? []) : []) options[value] = outline
  }
  const expected = told ?? `a mapping with ${on}: one of ${Object.keys(options).join(', ')}`
  return { ...common, type: 'choice', on, options, expected }
}

const ofScalar = (
  schema: z.ZodType,
  meta: Record<string, unknown>,
): Pick<ScalarOutline, 'kind' | 'expected' | 'values' | 'least'> => {
  if (typeof meta['kind'] === 'string') return { kind: meta['kind'], expected: meta['kind'] }
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) {
    const values = (schema instanceof z.ZodEnum ? schema.options : [...schema.values]).map(String)
    return {
      kind: values.join(' \\| '),
      expected: values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`,
      values,
    }
  }
  if (schema instanceof z.ZodBoolean) return { kind: 'true or false', expected: 'true or false' }
  if (schema instanceof z.ZodNumber) {
    const whole = schema.format === 'safeint' || schema.isInt
    const noun = whole ? 'whole number' : 'number'
    const min = real(schema.minValue)
    const max = real(schema.maxValue)
    const range =
      min !== undefined && max !== undefined
        ? ` from ${min} to ${max}`
        : min !== undefined
          ? ` of at least ${min}`
          : max !== undefined
            ? ` of at most ${max}`
            : ''
    return { kind: noun, expected: `a ${noun}${range}`, ...(min === undefined ? {} : { least: min }) }
  }
  if (schema instanceof z.ZodString) {
    const { minLength, maxLength } = schema
    const range =
      maxLength !== null
        ? ` of ${minLength ?? 0} to ${maxLength} characters`
        : minLength !== null
          ? ' that is not empty'
          : ''
    return { kind: 'text', expected: `text${range}` }
  }
  return { kind: 'value', expected: 'something else' }
}

/** zod tells the limits of safe integers as limits of the option; an operator does not care for them. */
const real = (limit: number | null): number | undefined =>
  limit === null || !Number.isFinite(limit) || Math.abs(limit) === Number.MAX_SAFE_INTEGER ? undefined : limit

/** Follows a path into the tree; `input` decides which shape of a choice is meant. */
export const outlineAt = (outline: Outline, path: readonly PropertyKey[], input: unknown): Outline | undefined => {
  const [step, ...rest] = path
  if (step === undefined) return outline
  const below = isIndexable(input) ? input[step] : undefined
  switch (outline.type) {
    case 'scalar':
      return undefined
    case 'list':
    case 'map':
      return outlineAt(outline.item, rest, below)
    case 'object': {
      const field = Object.hasOwn(outline.fields, step) ? outline.fields[String(step)] : undefined
      return field && outlineAt(field, rest, below)
    }
    case 'choice': {
      const shape = shapeOf(outline, input)
      return shape && outlineAt(shape, path, input)
    }
    case 'either':
      return outline.options.map((one) => outlineAt(one, path, input)).find((one) => one !== undefined)
  }
}

/** The shape of a choice that `input` claims to have. */
export const shapeOf = (outline: ChoiceOutline, input: unknown): ObjectOutline | undefined => {
  const tag = isIndexable(input) ? input[outline.on] : undefined
  return typeof tag === 'string' && Object.hasOwn(outline.options, tag) ? outline.options[tag] : undefined
}

const isIndexable = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === 'object' && value !== null

/** Keys an input may have where it stands. */
export const keysOf = (outline: Outline | undefined, input: unknown): readonly string[] => {
  if (outline?.type === 'object') return Object.keys(outline.fields)
  if (outline?.type === 'choice') return keysOf(shapeOf(outline, input), input)
  if (outline?.type === 'either') return outline.options.flatMap((one) => keysOf(one, input))
  return []
}
