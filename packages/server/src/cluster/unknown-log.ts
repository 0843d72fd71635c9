import type { Logger } from '@netstats/sdk'

export interface UnknownLog {
  note(what: string): void
  readonly count: number
}

/** Kinds of unknown things that get a line of the log. */
const mostNamed = 100

/** Counts what a process of a newer version has sent and this one does not know; a line of the log for the first of each. */
export const createUnknownLog = (log: Pick<Logger, 'warn'>, sender: string): UnknownLog => {
  const named = new Set<string>()
  let count = 0
  return {
    note(what) {
      count++
      if (named.has(what) || named.size >= mostNamed) return
      named.add(what)
      log.warn({ what, sender }, 'a process of another version sent what this one does not know; it is left out')
    },
    get count() {
      return count
    },
  }
}
