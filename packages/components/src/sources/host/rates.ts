import type { CpuTimes, Traffic } from './proc.ts'

/** Counters as read at one moment; what was not readable is absent. */
export interface Counters {
  /** Seconds on a clock that never steps. */
  readonly at: number
  readonly cpu: CpuTimes | undefined
  readonly network: Traffic | undefined
  readonly disk: Traffic | undefined
  readonly process: { readonly pid: number; readonly startedAt: number; readonly busySeconds: number } | undefined
}

export interface Rates {
  readonly cpuShare?: number
  readonly networkReceiveRate?: number
  readonly networkSendRate?: number
  readonly diskReadRate?: number
  readonly diskWriteRate?: number
  readonly processCpuShare?: number
}

/** Averages between two readings. A counter that went back was reset: its rate is not known this time. */
export const ratesBetween = (before: Counters | undefined, now: Counters): Rates => {
  const seconds = now.at - (before?.at ?? now.at)
  if (!before || seconds <= 0) return {}
  const per = (from: number | undefined, to: number | undefined, over: number): number | undefined =>
    from === undefined || to === undefined || to < from || over <= 0 ? undefined : (to - from) / over
  const ticks = (now.cpu?.total ?? 0) - (before.cpu?.total ?? 0)
  const sameProcess = before.process?.pid === now.process?.pid && before.process?.startedAt === now.process?.startedAt
  return {
    ...named('cpuShare', clamp(per(before.cpu?.busy, now.cpu?.busy, ticks))),
    ...named('networkReceiveRate', per(before.network?.in, now.network?.in, seconds)),
    ...named('networkSendRate', per(before.network?.out, now.network?.out, seconds)),
    ...named('diskReadRate', per(before.disk?.in, now.disk?.in, seconds)),
    ...named('diskWriteRate', per(before.disk?.out, now.disk?.out, seconds)),
    ...(sameProcess
      ? named('processCpuShare', per(before.process?.busySeconds, now.process?.busySeconds, seconds))
      : {}),
  }
}

const clamp = (share: number | undefined): number | undefined =>
  share === undefined ? undefined : Math.min(1, Math.max(0, share))

/** Four digits are more than anybody reads, and a quarter of the bytes. */
export const named = <K extends string>(key: K, value: number | undefined): { readonly [P in K]?: number } =>
  value === undefined || !Number.isFinite(value)
    ? {}
    : ({ [key]: Math.round(value * 10_000) / 10_000 } as { readonly [P in K]: number })
