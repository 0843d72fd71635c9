import type { Logger } from '@netstats/sdk'
import type { Health } from '../telemetry/health.ts'
import { giveUpReasons, rowClasses } from './row-buffer.ts'
import type { GiveUpReason, RowBuffer } from './row-buffer.ts'

/** Nothing must be given up for so long before the history counts as whole again. */
const quietMs = 60_000

const words: Readonly<Record<GiveUpReason, string>> = {
  memory: 'more comes in than can be written; samples are given up first',
  names: 'there are more networks, nodes or metrics than are kept apart',
  quota: 'a reporter brings more than may be kept for good',
  refused: 'the store refuses some of it',
  stopped: 'it is being stopped',
}

export interface LossMonitorOptions {
  readonly rowBuffer: Pick<RowBuffer, 'givenUp' | 'rows'>
  readonly health: Pick<Health, 'set'>
  readonly log: Pick<Logger, 'error' | 'info'>
  readonly monotonic: () => number
}

/** Says that rows are given up, and when that is over: once each, however many they are. Give it a look every second. */
export const createLossMonitor = ({ rowBuffer, health, log, monotonic }: LossMonitorOptions): (() => void) => {
  const known = new Map<GiveUpReason, number>()
  const lastAt = new Map<GiveUpReason, number>()
  let isLosing = false

  const totalOf = (reason: GiveUpReason): number =>
    rowClasses.reduce((sum, rowClass) => sum + rowBuffer.givenUp[rowClass][reason], 0)

  return () => {
    const now = monotonic()
    for (const reason of giveUpReasons) {
      const total = totalOf(reason)
      if (total > (known.get(reason) ?? 0)) lastAt.set(reason, now)
      known.set(reason, total)
    }
    const why = giveUpReasons.filter((reason) => now - (lastAt.get(reason) ?? -Infinity) < quietMs)
    if (why.length === 0) {
      health.set('history', 'ok')
      if (isLosing) log.info({ givenUp: rowBuffer.givenUp }, 'nothing of the history is given up any more')
    } else {
      const reason = why.map((one) => words[one]).join('; ')
      health.set('history', 'degraded', reason)
      if (!isLosing) log.error({ waiting: rowBuffer.rows, reason }, 'a part of the history is given up')
    }
    isLosing = why.length > 0
  }
}
