import type { AlarmEngine } from '@netstats/alarms'
import type { Core } from '../shard/shard-model.ts'

/** So long after a start whoever is to come back has done so. */
export const knownAfterMs = 10 * 60_000

/** Clears alarms of nodes and networks that were there before a restart, and that the core does not know any more. */
export const forgetUnknown = (
  engine: Pick<AlarmEngine, 'open' | 'forget'>,
  core: Pick<Core, 'network'>,
  at: number,
): void => {
  // What is forgotten is open no more.
  const open = Array.from(engine.open())
  for (const { network, node } of open) {
    if (network === null) continue
    const view = core.network(network)
    if (view !== undefined && (node === null || view.record(node) !== undefined)) continue
    engine.forget({ network, node }, at, 'it is not known any more')
  }
}
