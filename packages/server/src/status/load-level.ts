/** How hard the server works, in one word and with the reason: what an operator wants to know before any figure. */
export const loadLevels = ['calm', 'busy', 'overloaded'] as const
export type LoadLevel = (typeof loadLevels)[number]

export interface Load {
  readonly level: LoadLevel
  /** Empty while it is calm. */
  readonly reason: string
}

export interface LoadSigns {
  /** Items were given up within the last seconds. */
  readonly shedding: boolean
  /** Share of the ingress queue that is used, 0 to 1. */
  readonly queueShare: number
  /** Worst of all processes. */
  readonly loopP99Ms: number
  /** Undefined where nothing is written. */
  readonly storeLagMs: number | undefined
}

const busyQueueShare = 0.25
/** Clicks and pings begin to feel it. */
const busyLoopMs = 250
/** A store that keeps up writes every second or so. */
const busyStoreLagMs = 15_000

export const loadOf = ({ shedding, queueShare, loopP99Ms, storeLagMs }: LoadSigns): Load => {
  if (shedding)
    return { level: 'overloaded', reason: 'more comes in than can be worked through; low classes are dropped' }
  if (queueShare >= busyQueueShare)
    return { level: 'busy', reason: `the queue before the core is ${Math.round(queueShare * 100)} % full` }
  if (loopP99Ms >= busyLoopMs)
    return { level: 'busy', reason: `a process is held up for ${Math.round(loopP99Ms)} ms at times` }
  if (storeLagMs !== undefined && storeLagMs >= busyStoreLagMs)
    return { level: 'busy', reason: `the store is ${Math.round(storeLagMs / 1000)} s behind` }
  return { level: 'calm', reason: '' }
}
