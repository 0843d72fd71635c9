import { durationMs } from '@netstats/protocol'
import type { DurationMs } from '@netstats/protocol'
import { scalar } from './scalar.ts'
import type { Scalar } from './scalar.ts'

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const
type Unit = keyof typeof units
const order = Object.keys(units)
const form = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/

/** Reads `5s`, `1m30s`, `250ms`, `1.5h`; undefined for anything else. Units descend and come once each. */
export const tryDuration = (text: string): DurationMs | undefined => {
  if (text.length > 40 || !form.test(text)) return undefined
  let total = 0
  let last = -1
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    const rank = order.indexOf(unit)
    if (rank <= last) return undefined
    last = rank
    total += Number(amount) * units[unit as Unit]
  }
  const rounded = Math.round(total)
  return Math.abs(rounded - total) < 1e-6 && Number.isSafeInteger(rounded) ? durationMs(rounded) : undefined
}

/** The shortest text `tryDuration` reads back as the same length: `90000` is `1m30s`. */
export const formatDuration = (ms: number): string => {
  if (ms === 0) return '0s'
  let rest = Math.round(ms)
  let out = ''
  for (const [unit, length] of Object.entries(units)) {
    const amount = Math.floor(rest / length)
    if (amount > 0) out += `${amount}${unit}`
    rest -= amount * length
  }
  return out
}

export interface DurationOptions {
  readonly min?: string
  readonly max?: string
}

/** A length of time with its unit: `5s`, `1m30s`, `250ms`. Give a default with `.prefault('5s')`. */
export const duration = (options: DurationOptions = {}): Scalar<DurationMs> => {
  const min = options.min === undefined ? 0 : bound(options.min)
  const max = options.max === undefined ? Number.MAX_SAFE_INTEGER : bound(options.max)
  const range =
    options.min !== undefined && options.max !== undefined
      ? ` from ${options.min} to ${options.max}`
      : options.min !== undefined
        ? ` of at least ${options.min}`
        : options.max !== undefined
          ? ` of at most ${options.max}`
          : ''
  const expected = `a duration${range} with its unit, such as 5s, 1m30s or 250ms`
  return scalar({
    kind: 'duration',
    expected,
    examples: ['5s', '1m30s', '250ms'],
    read: (value) => {
      const ms = typeof value === 'string' ? tryDuration(value) : undefined
      return ms === undefined || ms < min || ms > max ? { expected } : { value: ms }
    },
  })
}

const bound = (text: string): number => {
  const ms = tryDuration(text)
  if (ms === undefined) throw new TypeError(`"${text}" is no duration`)
  return ms
}
