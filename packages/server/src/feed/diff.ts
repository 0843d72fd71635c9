/** Differences of plain JSON values. */

export const isEqual = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => isEqual(one, b[i]))
  }
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((k) => Object.hasOwn(b, k) && isEqual((a as Fields)[k], (b as Fields)[k]))
  )
}

type Fields = Readonly<Record<string, unknown>>

/** Top-level fields of `after` that differ from `before`; the whole where there was nothing; undefined where none does. */
export const changedFields = <T extends object>(before: T | null | undefined, after: T): Partial<T> | undefined => {
  if (before === after) return undefined
  if (before === null || before === undefined) return after
  let patch: Partial<T> | undefined
  for (const key of Object.keys(after) as (keyof T)[]) {
    if (isEqual(before[key], after[key])) continue
    patch ??= {}
    patch[key] = after[key]
  }
  return patch
}
