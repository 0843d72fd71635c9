/** Counts by name, to any depth: `{ shed: { latency: { items: 3 } } }`. Those of several processes add up name by name. */
type Node = Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** A name that only one of the two has counts as it is; what is no number in either is left out. */
export const addTallies = <T extends object>(a: T, b: T): T => {
  const sum: Record<string, unknown> = {}
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const one = (a as Node)[name]
    const other = (b as Node)[name]
    if (isNode(one) || isNode(other)) sum[name] = addTallies(isNode(one) ? one : {}, isNode(other) ? other : {})
    else sum[name] = (typeof one === 'number' ? one : 0) + (typeof other === 'number' ? other : 0)
  }
  return sum as T
}

export const totalOf = (tally: number | object): number => {
  if (typeof tally === 'number') return tally
  let total = 0
  for (const value of Object.values(tally))
    total += isNode(value) ? totalOf(value) : typeof value === 'number' ? value : 0
  return total
}

export const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>
