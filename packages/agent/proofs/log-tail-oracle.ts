// Pure: what was written goes in, and what the spool has; out comes what must not be.
import { Violation } from '@netstats/protocol/testing/violation'

export interface TailOracle {
  /** These numbers were in a file that was truncated without a copy: those at its end may not have been read. */
  truncated(numbers: { readonly from: number; readonly to: number }): void
  /** One more line of the spool, in its order. */
  take(number: number): void
  end(written: number): { readonly lines: number; readonly unread: number }
}

export const createTailOracle = (): TailOracle => {
  const taken = new Set<number>()
  const truncations: { readonly from: number; readonly to: number }[] = []
  return {
    truncated: (numbers) => truncations.push(numbers),
    take(number) {
      if (taken.has(number)) throw new Violation(`line ${number} came twice`)
      taken.add(number)
    },
    end(written) {
      const unread = new Set<number>()
      for (const { from, to } of truncations) {
        // From the end of the file back to the last line that was read of it.
        for (let n = to; n >= from && !taken.has(n); n--) unread.add(n)
      }
      for (let n = 1; n <= written; n++) if (!taken.has(n) && !unread.has(n)) throw new Violation(`line ${n} is lost`)
      const beyond = [...taken].find((n) => n < 1 || n > written)
      if (beyond !== undefined) throw new Violation(`line ${beyond} was never written`)
      return { lines: taken.size, unread: unread.size }
    },
  }
}
