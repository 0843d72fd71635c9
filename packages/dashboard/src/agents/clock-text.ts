import { decimal, gap, unknown } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import type { Delivery } from './wire.ts'

/** `+12.3 ms ±4.0`: behind the server's clock where it is positive. */
export function clockText({ offsetMs, errorMs }: Pick<Delivery, 'offsetMs' | 'errorMs'>): string {
  if (offsetMs === null) return unknown
  const sign = offsetMs < 0 ? '−' : '+'
  const size = Math.abs(offsetMs)
  const text = size < 1000 ? `${decimal(size, size < 10 ? 1 : 0)}${gap}ms` : duration(size)
  return errorMs === null ? `${sign}${text}` : `${sign}${text} ±${decimal(errorMs, errorMs < 10 ? 1 : 0)}`
}
