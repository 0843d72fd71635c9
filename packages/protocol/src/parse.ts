/**
 * Readers for values of unknown origin: bounded, exact, and naming the field that is wrong. They serve stored and
 * forwarded observations; the ethstats codec has tolerant readers of its own, because its peers disagree about types.
 */
import { ParseError } from './errors.ts'

export type Reader<T> = (value: unknown, path: string) => T

const fail = (path: string, expected: string): never => {
  throw new ParseError('VALUE_INVALID', path, `expected ${expected}`)
}

export const text =
  (max: number): Reader<string> =>
  (value, path) =>
    typeof value === 'string' && value.length <= max ? value : fail(path, `text of at most ${max} characters`)

export const flag: Reader<boolean> = (value, path) => (typeof value === 'boolean' ? value : fail(path, 'true or false'))

export const number: Reader<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : fail(path, 'a finite number')

/** Whole number from 0 to 2^53 - 1. */
export const count: Reader<number> = (value, path) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(path, 'a whole number from 0')

/** Whole number of any size, written as decimal text because JSON numbers lose digits above 2^53. */
export const big: Reader<bigint> = (value, path) =>
  typeof value === 'string' && /^\d{1,78}$/.test(value) ? BigInt(value) : fail(path, 'a decimal whole number as text')

export const hex =
  (bytes: number): Reader<string> =>
  (value, path) =>
    typeof value === 'string' && value.length === 2 + bytes * 2 && /^0x[0-9a-f]*$/.test(value)
      ? value
      : fail(path, `0x and ${bytes * 2} lower-case hex digits`)

export const oneOf =
  <const T extends readonly string[]>(values: T): Reader<T[number]> =>
  (value, path) =>
    typeof value === 'string' && values.includes(value) ? value : fail(path, `one of ${values.join(', ')}`)

export const list =
  <T>(item: Reader<T>, max: number): Reader<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value) || value.length > max) return fail(path, `a list of at most ${max}`)
    return value.map((one, i) => item(one, `${path}[${i}]`))
  }

/** Severity as in RFC 5424: 0 emergency to 7 debug. */
export const severity: Reader<number> = (value, path) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 7
    ? (value as number)
    : fail(path, 'a severity from 0 to 7')

/** An object with names of the peer's own choice, each of at most `nameMax` characters. */
export const table =
  <T>(nameMax: number, item: Reader<T>, max: number): Reader<Readonly<Record<string, T>>> =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(path, 'an object')
    const entries = Object.entries(value)
    if (entries.length > max) return fail(path, `an object of at most ${max} fields`)
    // fromEntries defines keys and so keeps one called `__proto__` harmless, which assignment does not.
    return Object.fromEntries(
      entries.map(([name, one]) => {
        if (name.length > nameMax) return fail(path, `field names of at most ${nameMax} characters`)
        return [name, item(one, `${path}.${name}`)]
      }),
    )
  }

/** Narrows a reader's result to a brand: the check has been made, the name is what it earns. */
export const as =
  <Branded extends T, T>(reader: Reader<T>): Reader<Branded> =>
  (value, path) =>
    reader(value, path) as Branded

const optionalMark = Symbol('optional')
export type Optional<T> = Reader<T | undefined> & { readonly [optionalMark]: true }
export const optional = <T>(reader: Reader<T>): Optional<T> =>
  Object.assign(
    (value: unknown, path: string) => (value === undefined || value === null ? undefined : reader(value, path)),
    {
      [optionalMark]: true as const,
    },
  )

type Shape = Readonly<Record<string, Reader<unknown>>>
type OptionalKeys<S extends Shape> = { [K in keyof S]: S[K] extends Optional<unknown> ? K : never }[keyof S]
export type ObjectOf<S extends Shape> = {
  readonly [K in Exclude<keyof S, OptionalKeys<S>>]: ReturnType<S[K]>
} & { readonly [K in OptionalKeys<S>]?: Exclude<ReturnType<S[K]>, undefined> }

/** A reader of objects, and the same for a value that nobody else holds, such as what JSON.parse just gave. */
export interface ObjectReader<T> extends Reader<T> {
  /** Converts the fields where they stand instead of copying them: it costs half. */
  readonly take: Reader<T>
}

/** Reads the named fields and leaves everything else behind: unknown fields are a newer peer's, not a fault. */
export const object = <S extends Shape>(shape: S): ObjectReader<ObjectOf<S>> => {
  const fields = Object.entries(shape).map(([key, read]) => ({ key, read, needed: optionalMark in read ? 0 : 1 }))
  const needed = fields.reduce((sum, field) => sum + field.needed, 0)
  // Without a prototype, so that a field called `constructor` is nobody's.
  const byName = Object.create(null) as Record<string, (typeof fields)[number]>
  for (const field of fields) byName[field.key] = field

  const read: Reader<ObjectOf<S>> = (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(path, 'an object')
    const out: Record<string, unknown> = {}
    for (const { key, read } of fields) {
      const own = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
      const one = read(own, path === '' ? key : `${path}.${key}`)
      if (one !== undefined) out[key] = one
    }
    return out as ObjectOf<S>
  }

  const take: Reader<ObjectOf<S>> = (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(path, 'an object')
    const own = value as Record<string, unknown>
    let found = 0
    let clean = true
    for (const key in own) {
      const field = byName[key]
      if (field === undefined) {
        clean = false
        continue
      }
      const before = own[key]
      const after = field.read(before, path === '' ? key : `${path}.${key}`)
      if (after !== before) own[key] = after
      if (after === undefined) clean = false
      found += field.needed
    }
    if (found !== needed) {
      // Reading what is missing says what it should be.
      for (const { key, read } of fields)
        if (!Object.hasOwn(own, key)) read(undefined, path === '' ? key : `${path}.${key}`)
    }
    if (clean) return own as ObjectOf<S>
    const known = Object.entries(own).filter(([key, one]) => one !== undefined && key in byName)
    return Object.fromEntries(known) as ObjectOf<S>
  }

  return Object.assign(read, { take })
}

/** Plain JSON of a body: bigint as decimal text, undefined left out. The inverse of the readers above. */
export const toPlain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object' || value === null) return value
  // fromEntries defines keys and so keeps one called `__proto__` harmless, which assignment does not.
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [[key, toPlain(one)]])),
  )
}
