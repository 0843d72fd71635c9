import type { SourceContext } from '@netstats/sdk'

/** A number that is counted up where a call for each would cost more than the work that is counted. */
export interface Tally {
  n: number
}

export interface Tallies {
  /** The same for the same name and labels. */
  of(name: string, labels?: Readonly<Record<string, string>>): Tally
  /** Hands over what was counted since. */
  flush(): void
}

/** Labels come from the code, never from senders: there are few of them. */
export const createTallies = (context: Pick<SourceContext, 'count'>): Tallies => {
  const all = new Map<string, { readonly name: string; readonly labels: Readonly<Record<string, string>>; n: number }>()
  return {
    of(name, labels = {}) {
      const key = `${name} ${Object.values(labels).join(' ')}`
      let tally = all.get(key)
      if (tally === undefined) all.set(key, (tally = { name, labels, n: 0 }))
      return tally
    },
    flush() {
      for (const tally of all.values()) {
        if (tally.n === 0) continue
        context.count(tally.name, tally.labels, tally.n)
        tally.n = 0
      }
    },
  }
}
