import type { Alarm } from '@netstats/protocol'
import { boundedMessage, comesBack, goes, newEntry } from './entry.ts'
import type { Entry } from './entry.ts'
import { boundedLabels, keyOf, keyOfLabels } from './identity.ts'
import type { RaiseMemory } from './raises.ts'
import { createReportRoom } from './report-room.ts'
import type { ReportRoomParts } from './report-room.ts'
import type { Reporters } from './reporters.ts'
import { perceivedOf } from './severity.ts'

/** A start that lies further away is taken for now. */
const oldestStartMs = 30 * 24 * 3_600_000
const clockOffMs = 10 * 60_000

export interface ReportingParts extends ReportRoomParts {
  readonly raises: RaiseMemory
  readonly reporters: Reporters
}

type Report = (network: string, node: string, body: Alarm, at: number) => void

/** What nodes say of themselves. It takes effect at once: it has lasted as long as they want already. */
export const reportIn = (parts: ReportingParts): Report => {
  const { life, lifecycle, raises, reporters } = parts
  const { hasRoom, overflow } = createReportRoom(parts)

  const take = (entry: Entry, body: Alarm): void => {
    comesBack(entry, life.at())
    entry.heardAt = life.at()
    entry.severity = perceivedOf(body.severity)
    entry.message = boundedMessage(body.message)
    entry.advice = body.advice ?? null
    entry.runbook = body.runbook ?? null
    entry.hushed = body.step === 'suppressed'
    life.touch(entry.key)
  }

  const acknowledge = (entry: Entry, { by = entry.node ?? '', comment }: Alarm): void => {
    entry.acknowledgement = { by, at: life.at(), until: null, comment: comment ?? null }
    entry.acknowledgedSeverity = entry.severity
    life.step(entry, 'acknowledged')
  }

  const end = (entry: Entry, body: Alarm): void => {
    if (!entry.damped) return lifecycle.clear(entry, boundedMessage(body.message))
    goes(entry, life.at())
    lifecycle.refresh(entry)
  }

  const begin = (entry: Entry, body: Alarm): void => {
    const now = life.at()
    const { startsAt = now } = body
    if (startsAt - now < clockOffMs && now - startsAt < oldestStartMs) entry.since = startsAt
    take(entry, body)
    life.add(entry)
    lifecycle.raise(entry, null)
    if (body.step === 'acknowledged') acknowledge(entry, body)
  }

  const continueEntry = (entry: Entry, body: Alarm, network: string, node: string): void => {
    const isAcknowledged = body.step === 'acknowledged' && entry.acknowledgement?.by !== (body.by ?? node)
    const isNews = isAcknowledged || entry.hushed !== (body.step === 'suppressed')
    // What is told at once is what a node could go on telling for ever.
    if (isNews && !reporters.mayTell(network, node, life.at())) return overflow(network, node)
    take(entry, body)
    lifecycle.refresh(entry)
    if (isAcknowledged) acknowledge(entry, body)
  }

  return (network, node, body, at) => {
    if (body.receiver !== undefined) return
    life.advance(at)
    const labels = boundedLabels({ ...body.labels, alarm: body.alarm })
    const identity = { kind: 'reported', network, node, rule: body.type, labels } as const
    const labelsKey = keyOfLabels(boundedLabels({ alarm: body.alarm }))
    const key = keyOf(identity, labelsKey)
    const open = life.entries.get(key)
    // The same batch may come twice: a step of an occurrence before this one, or of one that is over, is none of this one.
    const newest = open?.record?.startsAt ?? (raises.of(key)?.startsAt ?? -1) + 1
    if (body.startsAt !== undefined && body.startsAt < newest) return
    if (open === undefined) {
      if (body.step === 'cleared') return
      if (!hasRoom(network, node) || !reporters.mayTell(network, node, life.at())) return overflow(network, node)
      begin(newEntry(identity, labelsKey, key, life.at()), body)
    } else if (body.step === 'cleared') end(open, body)
    else continueEntry(open, body, network, node)
  }
}
