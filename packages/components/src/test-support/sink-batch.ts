import type { Observation } from '@netstats/protocol'
import type { Batch } from '@netstats/sdk'
import { exampleSpool } from '@netstats/sdk/testing'

/** A batch as the host hands it over; sequences from `from` on, all on network 1337. */
export const sinkBatch = (observations: readonly Observation[], from = 1000): Batch => ({
  spool: exampleSpool.id,
  after: from - 1,
  before: 0,
  items: observations.map((observation, i) => ({ sequence: from + i, observation, network: '1337' })),
  last: from + observations.length - 1,
})

/** A step of an alarm. */
export const alarmStep = (
  step: 'raised' | 'acknowledged' | 'cleared' | 'suppressed',
  more: { readonly message?: string; readonly severity?: number; readonly at?: number } = {},
): Observation =>
  ({
    kind: 'alarm',
    node: 'validator-1',
    observedAt: more.at ?? 1_767_225_600_000,
    body: {
      alarm: 'node-down:validator-1',
      step,
      type: 'node-down',
      severity: more.severity ?? 2,
      message: more.message ?? 'validator-1 is down <b>&"',
    },
  }) as Observation

export const metricOf = (name: string, value: number, labels?: Readonly<Record<string, string>>): Observation =>
  ({
    kind: 'metric',
    node: 'validator-1',
    observedAt: 1_767_225_600_123,
    body: { name, value, ...(labels && { labels }) },
  }) as Observation

export const logOf = (message: string, severity = 4, source = 'geth'): Observation =>
  ({
    kind: 'log',
    node: 'validator-1',
    observedAt: 1_767_225_600_123,
    body: { severity, source, message },
  }) as Observation

export const noAbort = new AbortController().signal
