import { hour, minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts } from '../facts.ts'
import { bytesText, percentText, roughTimeText } from '../words.ts'
import { freshMetric } from './read.ts'

const leastHours = 4
/** A leak is a straight line; a cache that fills bends. */
const leastFit = 0.9
const warningMs = 48 * hour
const minorMs = 12 * hour
const enoughMs = 72 * hour

export const memoryLeak: Rule<NodeFacts> = {
  name: 'memory-leak',
  about: 'node',
  severities: ['minor', 'warning'],
  meaning: "The memory of a node's process grows on a straight line and will be all there is at the time named.",
  advice: 'Restart the node in a quiet moment before that time, and look whether its version is known to leak.',
  for: 30 * minute,
  clearAfter: 30 * minute,
  judge(node, isOpen) {
    const used = freshMetric(node, 'host.processMemoryBytes')
    const available = freshMetric(node, 'host.memoryAvailableBytes')
    const trend = node.trend('host.processMemoryBytes')
    if (used === undefined || available === undefined || trend === undefined) return []
    if (trend.hours < leastHours || trend.fit < leastFit || trend.perHour <= 0) return []
    const left = (available / trend.perHour) * hour
    if (left >= (isOpen() ? enoughMs : warningMs)) return []
    const message = `The process of ${node.name} takes ${bytesText(used)} and ${bytesText(trend.perHour)} more an hour; memory is used up ${roughTimeText(node.at, left)}`
    return [{ severity: left < minorMs ? 'minor' : 'warning', message }]
  },
}

const shortShare = 0.05
const wellShare = 0.08

export const memoryShort: Rule<NodeFacts> = {
  name: 'memory-short',
  about: 'node',
  severities: ['minor'],
  meaning: 'A machine has nearly no memory left: the system will swap, or end a process.',
  advice: 'Look which process takes it; give the node a smaller cache or the machine more memory.',
  for: 5 * minute,
  clearAfter: 5 * minute,
  judge(node, isOpen) {
    const total = freshMetric(node, 'host.memoryBytes')
    const available = freshMetric(node, 'host.memoryAvailableBytes')
    if (total === undefined || available === undefined || total <= 0) return []
    const share = available / total
    if (share >= (isOpen() ? wellShare : shortShare)) return []
    const message = `The machine of ${node.name} has ${bytesText(available)} of ${bytesText(total)} memory left (${percentText(share)})`
    return [{ severity: 'minor', message }]
  },
}
