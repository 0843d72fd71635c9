/** Observations as the metrics and logs of OpenTelemetry, before they are encoded. */
import { severityName } from '@netstats/sdk'
import type { Batch, Mapping, SpooledObservation } from '@netstats/sdk'
import { itemId } from '../shared/item-id.ts'

export type Attributes = readonly (readonly [string, string])[]

export interface DataPoint {
  readonly attributes: Attributes
  /** Unix milliseconds. */
  readonly at: number
  readonly value: number
}

export interface GaugeMetric {
  readonly name: string
  readonly points: readonly DataPoint[]
}

export interface LogRecord {
  readonly at: number
  /** As OpenTelemetry numbers them, 1 to 24. */
  readonly severity: number
  readonly severityText: string
  readonly body: string
  readonly attributes: Attributes
}

/** From RFC 5424, by the table of the log data model. */
const severities = [21, 19, 18, 17, 13, 10, 9, 5] as const

/** A gauge a name, in the order in which the names came. Points keep the times of their observations. */
export const metricsOf = (items: readonly SpooledObservation[], mapping: Mapping): readonly GaugeMetric[] => {
  const byName = new Map<string, DataPoint[]>()
  for (const item of items) {
    for (const { name, value, labels } of mapping.samples(item)) {
      const points = byName.get(name) ?? []
      byName.set(name, points)
      points.push({ attributes: Object.entries(labels), at: item.observation.observedAt, value })
    }
  }
  return [...byName].map(([name, points]) => ({ name, points }))
}

/** Lines of logs, and steps of alarms as events. */
export const logsOf = (
  items: readonly SpooledObservation[],
  mapping: Mapping,
  batch: Pick<Batch, 'spool'>,
): readonly LogRecord[] =>
  items.flatMap((item) => {
    const { observation } = item
    if (observation.kind !== 'log' && observation.kind !== 'alarm') return []
    const { severity, message } = observation.body
    return [
      {
        at: observation.observedAt,
        severity: severities[severity] ?? 9,
        severityText: severityName(severity),
        body: message,
        attributes: [
          ...Object.entries(mapping.labels(item)),
          ...ownAttributes(observation),
          // The same observation sent again has the same.
          ['log.record.uid', itemId(batch, item)] as const,
        ],
      },
    ]
  })

const ownAttributes = (
  observation: Extract<SpooledObservation['observation'], { readonly kind: 'log' | 'alarm' }>,
): Attributes => {
  if (observation.kind === 'alarm') {
    const { alarm, type, step } = observation.body
    return [
      ['event.name', 'netstats.alarm'],
      ['alarm.name', alarm],
      ['alarm.type', type],
      ['alarm.step', step],
    ]
  }
  const { source, component, fields = {} } = observation.body
  return [
    ['log.source', source],
    ...(component === undefined ? [] : [['log.component', component] as const]),
    ...Object.entries(fields).map(([name, value]) => [`field.${name}`, value] as const),
  ]
}
