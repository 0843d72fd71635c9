import type { RowBuffer } from './row-buffer.ts'

/** What was given up since the start, by class and reason. */
export type ShedTotals = Readonly<Record<string, Readonly<Record<string, number>>>>

const everyMs = 60_000

/** Rows of what the server gave up, once a minute, where there is any. */
export const createShedRows = ({ into, givenUp }: RowBuffer, others: () => ShedTotals) => {
  const told = new Map<string, number>()
  let nextAt = 0

  const tell = (totals: ShedTotals, at: number): void => {
    for (const [shedClass, reasons] of Object.entries(totals)) {
      for (const [reason, total] of Object.entries(reasons)) {
        const key = `${shedClass} ${reason}`
        const dropped = total - (told.get(key) ?? 0)
        if (dropped > 0 && into.shed.add({ at, class: shedClass, reason, dropped })) told.set(key, total)
      }
    }
  }

  return {
    tick(at: number): void {
      if (at < nextAt && nextAt - at <= everyMs) return
      nextAt = at + everyMs
      tell(others(), at)
      tell(givenUp, at)
    },
  }
}
