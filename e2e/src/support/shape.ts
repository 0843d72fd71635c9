/** What a value must look like: every key there, every leaf of its type, nothing that is not named. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | { readonly listOf: Shape; readonly length?: number }
  | { readonly either: readonly Shape[] }
  | { readonly is: unknown }
  | { readonly keys: { readonly [key: string]: Shape } }

export const listOf = (of: Shape, length?: number): Shape =>
  length === undefined ? { listOf: of } : { listOf: of, length }
export const keys = (of: { readonly [key: string]: Shape }): Shape => ({ keys: of })

/** Every place where a value is not what the shape says, in words. */
export const misfits = (value: unknown, shape: Shape, path = '$'): readonly string[] => {
  if (typeof shape === 'string') {
    const fits = typeof value === shape && (shape !== 'number' || Number.isFinite(value))
    return fits ? [] : [`${path}: expected ${shape}, is ${JSON.stringify(value)?.slice(0, 80)}`]
  }
  if ('is' in shape) return Object.is(value, shape.is) ? [] : [`${path}: expected ${String(shape.is)}`]
  if ('either' in shape) {
    const tries = shape.either.map((one) => misfits(value, one, path))
    return tries.some((faults) => faults.length === 0) ? [] : (tries[0] ?? [])
  }
  if ('listOf' in shape) {
    if (!Array.isArray(value)) return [`${path}: expected a list`]
    if (shape.length !== undefined && value.length !== shape.length) return [`${path}: has ${value.length} entries`]
    return value.flatMap((entry: unknown, i) => misfits(entry, shape.listOf, `${path}[${i}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: expected an object`]
  const faults = Object.keys(value)
    .filter((key) => !Object.hasOwn(shape.keys, key))
    .map((key) => `${path}.${key}: not expected`)
  for (const [key, of] of Object.entries(shape.keys)) {
    if (Object.hasOwn(value, key))
      faults.push(...misfits((value as Record<string, unknown>)[key], of, `${path}.${key}`))
    else faults.push(`${path}.${key}: missing`)
  }
  return faults
}
