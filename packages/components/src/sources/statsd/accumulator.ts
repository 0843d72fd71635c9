/** What the values of one series amount to until the next flush, by the type of the metric. */
import { createDistribution } from './distribution.ts'
import type { MetricType } from './line.ts'

export interface Accumulator {
  /** `weight`: how many such values this one stands for. */
  add(text: string, weight: number): void
  /** Numbers to report, by what comes behind the metric's name. */
  numbers(): readonly (readonly [suffix: string, value: number])[]
  /** The next interval begins. */
  reset(): void
}

/** Members that sets may still take, all together, until the next flush. */
export interface MemberRoom {
  left: number
  /** Members that found no room, since the start. */
  refused: number
}

const memberLength = 100

export const createAccumulator = (type: MetricType, room: MemberRoom): Accumulator => {
  if (type === 'set') return setOf(room)
  if (type === 'distribution') return distributionOf()
  let value = 0
  const isCounter = type === 'counter'
  return {
    add(text, weight) {
      const number = Number(text)
      if (isCounter) value = bounded(value + number * weight)
      else value = /^[+-]/.test(text) ? bounded(value + number) : number
    },
    numbers: () => [['', value]],
    reset() {
      if (isCounter) value = 0
    },
  }
}

const setOf = (room: MemberRoom): Accumulator => {
  const members = new Set<string>()
  return {
    add(text) {
      const member = text.slice(0, memberLength)
      if (members.has(member)) return
      if (room.left === 0) room.refused++
      else {
        room.left--
        members.add(member)
      }
    },
    numbers: () => [['', members.size]],
    reset: () => members.clear(),
  }
}

const distributionOf = (): Accumulator => {
  const distribution = createDistribution()
  return {
    add: (text, weight) => distribution.add(Number(text), weight),
    numbers: () =>
      Object.entries(distribution.summary() ?? { count: 0 }).map(([field, number]) => [`.${field}`, number] as const),
    reset: () => distribution.clear(),
  }
}

/** JSON has no infinity. */
const bounded = (value: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
