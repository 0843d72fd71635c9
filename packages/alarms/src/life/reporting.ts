import type { Alarm } from '@netstats/protocol'
import type { EngineLimits } from './alarm-engine.ts'
import type { Entry } from './entry.ts'
import { boundedLabels, keyOf, keyOfLabels } from './identity.ts'
import type { Life } from './life.ts'
import type { Lifecycle } from './lifecycle.ts'
import { boundedMessage, pendingEntry } from './new-entry.ts'
import { perceivedOf } from './severity.ts'

/** What nodes say of themselves. It takes effect at once: it has lasted as long as they want already. */
export const reportIn = (life: Life, lifecycle: Lifecycle, limits: EngineLimits, lose: () => void) => {
  const hasRoom = (network: string, node: string): boolean => {
    if (life.count('reported') >= limits.reported) return false
    let own = 0
    for (const { kind } of life.about({ network, node })) if (kind === 'reported') own++
    return own < limits.perNode
  }

  const take = (entry: Entry, body: Alarm): void => {
    entry.goneAt = null
    entry.severity = perceivedOf(body.severity)
    entry.message = boundedMessage(body.message)
    entry.advice = body.advice ?? null
    entry.runbook = body.runbook ?? null
    entry.hushed = body.step === 'suppressed'
    life.touch(entry)
  }

  const acknowledge = (entry: Entry, { by, comment }: Alarm): void => {
    entry.acknowledgement = { by: by ?? entry.node ?? '', at: life.at(), until: null, comment: comment ?? null }
    entry.acknowledgedSeverity = entry.severity
    life.step(entry, 'acknowledged')
  }

  return (network: string, node: string, body: Alarm, at: number): void => {
    if (body.receiver !== undefined) return
    const now = life.advance(at)
    const labels = boundedLabels({ ...body.labels, alarm: body.alarm })
    const identity = { kind: 'reported', network, node, rule: body.type, labels } as const
    const labelsKey = keyOfLabels(boundedLabels({ alarm: body.alarm }))
    const key = keyOf(identity, labelsKey)
    const open = life.entries.get(key)
    if (body.step === 'cleared') {
      if (open !== undefined) lifecycle.clear(open, boundedMessage(body.message))
      return
    }
    if (open === undefined && !hasRoom(network, node)) return lose()
    const entry = open ?? pendingEntry(identity, labelsKey, key, now)
    take(entry, body)
    if (open === undefined) {
      life.add(entry)
      lifecycle.raise(entry)
    } else lifecycle.refresh(entry)
    if (body.step === 'acknowledged') acknowledge(entry, body)
  }
}
