import { perceivedSeverities } from '@netstats/protocol/feed'
import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { Alarms } from './alarms.ts'

/** Networks with series of their own, the first that have alarms. */
const maxNetworks = 20

type Counts = Record<string, Record<string, number>>

const openBy = ({ engine }: Pick<Alarms, 'engine'>, networks: readonly string[]): Counts =>
  Object.fromEntries(
    networks.slice(0, maxNetworks).map((network) => {
      const counts = engine.counts(network)
      return [network, Object.fromEntries(perceivedSeverities.map((severity) => [severity, counts[severity]]))]
    }),
  )

export const registerAlarmMetrics = (
  registry: MetricsRegistry,
  alarms: Pick<Alarms, 'engine' | 'lost'>,
  networks: () => readonly string[],
): void => {
  registry.gauge(
    'alarms_open',
    "Open alarms that nobody has acknowledged, that are told, and that are no other one's symptom; of the server itself in none of the networks.",
    ['network', 'severity'],
    () => openBy(alarms, networks()),
  )
  registry.gauge('alarms', 'Alarms that are pending, and those that are open in any way.', ['state'], () => {
    const { open, pending } = alarms.engine.figures()
    return { open, pending }
  })
  registry.counter(
    'alarms_dropped_total',
    'What was lost of alarms: findings and reports beyond the bound of alarms, and steps that could not be written down.',
    ['reason'],
    () => ({ full: alarms.engine.figures().dropped, 'file-unwritable': alarms.lost() }),
  )
}
