/** Notifications as observations, which sinks deliver. */
import type { Notification } from '@netstats/alarms'
import { nodeId, unixMs, writeSegment } from '@netstats/protocol'
import type { Alarm, Observation } from '@netstats/protocol'
import { syslogSeverityOf } from '@netstats/protocol/feed'
import type { AlarmRecord, AlarmStepName } from '@netstats/protocol/feed'

export interface ObservationOptions {
  /** Address of the dashboard, without a slash at its end; undefined where nobody has said it. */
  readonly publicUrl: string | undefined
  /** Receivers that make one message of several alarms. */
  readonly groups: ReadonlySet<string>
}

/** An observation, and the network of its node. */
export interface PlacedObservation {
  readonly network: string | undefined
  readonly observation: Observation
}

/** Of more alarms a message names these, and says how many there are. */
const mostNamed = 20

export const observationsOf = (
  notification: Notification,
  at: number,
  options: ObservationOptions,
): readonly PlacedObservation[] => {
  const { alarms, receiver } = notification
  if (!options.groups.has(receiver)) return alarms.map((alarm) => placed(notification, alarm, [], at, options))
  const [first, ...others] = alarms
  return first === undefined ? [] : [placed(notification, first, others, at, options)]
}

const placed = (
  { receiver, reason }: Notification,
  alarm: AlarmRecord,
  others: readonly AlarmRecord[],
  at: number,
  { publicUrl }: ObservationOptions,
): PlacedObservation => {
  const { acknowledgement, network, node, startsAt, endsAt, advice, runbook, parent } = alarm
  const step = stepOf(reason, alarm)
  const isAgain = reason === 'repeat' || reason === 'escalated' || reason === 'test'
  const body: Alarm = {
    ...named(alarm, step),
    number: alarm.step,
    ...(node === null ? { about: network === null ? 'server' : 'network' } : {}),
    labels: bounded(alarm.labels),
    startsAt: whole(startsAt),
    ...(endsAt === null ? {} : { endsAt: whole(endsAt) }),
    ...(advice === null ? {} : { advice: cut(advice, 2000) }),
    ...(runbook === null ? {} : { runbook: cut(runbook, 1000) }),
    ...(acknowledgement === null ? {} : { by: cut(acknowledgement.by, 200) }),
    ...(acknowledgement === null || acknowledgement.comment === null
      ? {}
      : { comment: cut(acknowledgement.comment, 2000) }),
    ...(parent === null ? {} : { parent: cut(parent, 300) }),
    ...(publicUrl === undefined ? {} : { url: cut(publicUrl + pathOf(alarm), 2000) }),
    ...(isAgain ? { reason } : {}),
    receiver,
    ...(others.length === 0
      ? {}
      : {
          others: others.slice(0, mostNamed).map((other) => ({
            ...named(other, stepOf(reason, other)),
            ...(other.network === null ? {} : { network: cut(other.network, 200) }),
            ...(other.node === null ? {} : { node: cut(other.node, 200) }),
          })),
          total: others.length + 1,
        }),
  }
  return {
    network: network ?? undefined,
    observation: {
      kind: 'alarm',
      node: nodeId(node ?? network ?? 'server'),
      observedAt: unixMs(isAgain ? at : alarm.updatedAt),
      body,
    },
  }
}

/** Who is told again, or in place of another, is told that it is raised. */
const stepOf = (reason: Notification['reason'], { state }: AlarmRecord): AlarmStepName => {
  if (reason === 'raised' || reason === 'updated' || reason === 'acknowledged' || reason === 'cleared') return reason
  return state === 'cleared' ? 'cleared' : 'raised'
}

const named = (alarm: AlarmRecord, step: AlarmStepName) => ({
  alarm: cut(alarm.id, 300),
  step,
  type: cut(alarm.rule, 100),
  severity: syslogSeverityOf[alarm.severity],
  message: cut(alarm.message, 2000),
})

const bounded = (labels: AlarmRecord['labels']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels)
      .slice(0, 32)
      .map(([label, text]) => [cut(label, 100), cut(text, 300)]),
  )

/** The page of the node or network as it was when the alarm began. */
const pathOf = ({ network, node, startsAt }: AlarmRecord): string => {
  if (network === null) return '/server'
  const page = `/n/${writeSegment(network)}${node === null ? '' : `/nodes/${writeSegment(node)}`}`
  return `${page}?at=${new Date(startsAt).toISOString().replace('.000Z', 'Z')}`
}

const whole = (ms: number): number => Math.max(0, Math.floor(ms))

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
