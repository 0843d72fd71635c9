/** What is measured of validators: few series, one a network. */
import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { Consensus } from './consensus.ts'
import type { ConsensusStatus } from './consensus-model.ts'

export const registerConsensusMetrics = (registry: MetricsRegistry, consensus: Consensus): void => {
  const ofNetworks = (read: (status: ConsensusStatus) => number | null): Record<string, number> =>
    Object.fromEntries(
      consensus.networks().flatMap((network) => {
        const status = consensus.status(network)
        const value = status === undefined ? null : read(status)
        return value === null ? [] : [[network, value]]
      }),
    )
  registry.counter('consensus_headers_total', 'Headers of blocks, by what became of them.', ['result'], () => {
    const { outOfRange, ...others } = consensus.counts
    return { ...others, 'out-of-range': outOfRange }
  })
  registry.gauge('consensus_validators', 'Validators of the next block, by network.', ['network'], () =>
    ofNetworks(({ validators }) => validators.length),
  )
  registry.gauge(
    'consensus_fault_margin',
    'Validators that may fail before the chain stands still, by network.',
    ['network'],
    () => ofNetworks(({ faultMargin }) => faultMargin),
  )
  registry.gauge('consensus_finalized_height', 'Newest block that is final, by network.', ['network'], () =>
    ofNetworks(({ finalized }) => finalized?.number ?? null),
  )
}
