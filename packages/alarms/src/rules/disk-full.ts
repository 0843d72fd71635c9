import { day, hour, minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts } from '../facts.ts'
import type { PerceivedSeverity } from '@netstats/protocol/feed'
import { bytesText, roughTimeText } from '../words.ts'
import { freshMetric } from './read.ts'

const levels: readonly (readonly [number, PerceivedSeverity])[] = [
  [6 * hour, 'critical'],
  [day, 'major'],
  [3 * day, 'minor'],
  [7 * day, 'warning'],
]
/** Once open, it stays so until there is this much time. */
const enoughMs = 10 * day
/** A slope over less, or through values that lie anywhere, is no forecast. */
const leastHours = 3
const leastFit = 0.6
/** So little is full at the next large block, compaction or log, whatever the slope says. */
const leastShare = 0.02

/** Milliseconds until nothing is free, by the slope of the last hours. */
const leftMs = (node: NodeFacts, free: number): number => {
  const trend = node.trend('host.diskFreeBytes')
  if (trend === undefined || trend.hours < leastHours || trend.fit < leastFit || trend.perHour >= 0) return Infinity
  return (free / -trend.perHour) * hour
}

export const diskFull: Rule<NodeFacts> = {
  name: 'disk-full',
  about: 'node',
  severities: ['critical', 'major', 'minor', 'warning'],
  meaning: "The fullest of a machine's watched file systems will be full at the date named, if it goes on so.",
  advice: 'Make room, prune the node, or give it a larger disk before that date: a node stops when its disk is full.',
  for: 10 * minute,
  clearAfter: 10 * minute,
  judge(node, isOpen) {
    const free = freshMetric(node, 'host.diskFreeBytes')
    const size = freshMetric(node, 'host.diskBytes')
    if (free === undefined || size === undefined || size <= 0) return []
    const share = free / size
    // In whole percent: a message that changes with each look would be told again and again.
    const room = `${Math.round(share * 100)} % of ${bytesText(size)} are free`
    if (share < leastShare) return [{ severity: 'critical', message: `The disk of ${node.name} is full: ${room}` }]
    const left = leftMs(node, free)
    const severity =
      levels.find(([limit]) => left < limit)?.[1] ?? (isOpen() && left < enoughMs ? 'warning' : undefined)
    if (severity === undefined) return []
    const perDay = bytesText((free / left) * day)
    return [
      {
        severity,
        message: `The disk of ${node.name} is full ${roughTimeText(node.at, left)}: ${room}, ${perDay} a day go`,
      },
    ]
  },
}
