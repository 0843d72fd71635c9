import { resolve } from 'node:path'
import type { FlagValue } from './flag-value.ts'
import type { ConfigFault } from '@netstats/sdk/config'
import type { Outline, ScalarOutline } from './outline.ts'
import { nearest } from './suggest.ts'

export interface Variable {
  readonly name: string
  readonly path: readonly string[]
  readonly outline: ScalarOutline
  /** The value is a list of these, separated by commas. */
  readonly many: boolean
}

/** Every option outside lists has a variable: `spool.maxBytes` is `NETSTATS_SPOOL_MAX_BYTES`. */
export const variablesOf = (outline: Outline, prefix: string, path: readonly string[] = []): readonly Variable[] => {
  const name = prefix + path.map(upperSnake).join('_')
  if (outline.type === 'scalar') return [{ name, path, outline, many: false }]
  if (outline.type === 'list' && outline.item.type === 'scalar') {
    return [{ name, path, outline: outline.item, many: true }]
  }
  if (outline.type === 'object') {
    return Object.entries(outline.fields).flatMap(([key, field]) => variablesOf(field, prefix, [...path, key]))
  }
  return []
}

const upperSnake = (key: string): string => key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()

type Env = Readonly<Record<string, string | undefined>>

export interface VariablesRead {
  readonly values: readonly FlagValue[]
  readonly faults: readonly ConfigFault[]
}

/**
 * Values given by environment variables. A secret may also be given as `<NAME>_FILE`. Variables of other programs with the
 * same prefix are left alone, but a near miss of a known name is a fault: nobody would notice it otherwise.
 */
export const readVariables = (
  variables: readonly Variable[],
  env: Env,
  prefix: string,
  others: readonly string[],
): VariablesRead => {
  const values: FlagValue[] = []
  const names = new Set(others)
  for (const { name, path, outline, many } of variables) {
    names.add(name)
    const text = env[name]
    if (text !== undefined && text !== '') {
      const value = many ? text.split(',').map((one) => coerce(one.trim(), outline)) : coerce(text, outline)
      values.push({ name, path, value })
    }
    if (outline.kind !== 'secret') continue
    names.add(`${name}_FILE`)
    const file = env[`${name}_FILE`]
    if (file !== undefined && file !== '') values.push({ name: `${name}_FILE`, path, value: { file: resolve(file) } })
  }
  const faults: ConfigFault[] = []
  for (const name of Object.keys(env)) {
    if (!name.startsWith(prefix) || names.has(name)) continue
    const guess = nearest(
      name.slice(prefix.length),
      [...names].map((one) => one.slice(prefix.length)),
    )
    if (guess !== undefined && Math.abs(guess.length - (name.length - prefix.length)) <= 2) {
      faults.push({ origin: name, path: '', message: `unknown variable; did you mean ${prefix}${guess}?` })
    }
  }
  return { values, faults }
}

/** A variable is text; numbers and truth values are what the schema wants them to be, wrong ones stay text to be refused. */
const coerce = (text: string, outline: ScalarOutline): unknown => {
  if (outline.kind.endsWith('number')) return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (outline.kind === 'true or false') return text === 'true' ? true : text === 'false' ? false : text
  return text
}
