/**
 * A rule whose alarm explains another one: on the same node, or about the network that it is in. Between rules about the
 * server it is `server`.
 */
export interface Cause {
  readonly rule: string
  readonly about: 'network' | 'node' | 'server'
}

/** By the name of a rule what may cause it, the best explanation first. */
export type CauseTable = Readonly<Record<string, readonly Cause[]>>

export interface Causes {
  readonly of: (rule: string) => readonly Cause[]
  /** Rules that it may cause. */
  readonly symptomsOf: (cause: string, about: Cause['about']) => readonly string[]
  /** How many causes stand above it: a cause has fewer than what it causes. */
  readonly depthOf: (rule: string) => number
}

/** Throws where a rule would be its own cause. */
export const readCauses = (table: CauseTable): Causes => {
  const depths = new Map<string, number>()
  const measure = (rule: string, below: readonly string[]): number => {
    const known = depths.get(rule)
    if (known !== undefined) return known
    if (below.includes(rule)) throw new Error(`The alarm ${rule} is its own cause: ${[...below, rule].join(', ')}.`)
    const depth = Math.max(0, ...(table[rule] ?? []).map((cause) => 1 + measure(cause.rule, [...below, rule])))
    depths.set(rule, depth)
    return depth
  }
  const symptoms = new Map<string, string[]>()
  for (const [rule, causes] of Object.entries(table)) {
    measure(rule, [])
    for (const { rule: cause, about } of causes) {
      const key = `${about} ${cause}`
      symptoms.set(key, [...(symptoms.get(key) ?? []), rule])
    }
  }
  return {
    of: (rule) => (Object.hasOwn(table, rule) ? (table[rule] ?? []) : []),
    symptomsOf: (cause, about) => symptoms.get(`${about} ${cause}`) ?? [],
    depthOf: (rule) => depths.get(rule) ?? 0,
  }
}
