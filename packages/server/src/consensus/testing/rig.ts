/** A core with what follows headers on it, and a simulated network whose nodes report to it. For tests. */
import { nodeId, unixMs } from '@netstats/protocol'
import type { Header, Observation } from '@netstats/protocol'
import { readBlock, readHeader } from '@netstats/protocol/loose'
import type { SimBlock } from '@netstats/simulator'
import { createCore } from '../../shard/mod.ts'
import { createConsensus } from '../consensus.ts'
import type { NetworksConfig } from '../networks-config.ts'

export const networkKey = '1337'
const start = 1_767_225_600_000

export const headerOf = (block: Pick<SimBlock, 'header'>): Header => {
  const header = readHeader(block.header)
  if (header === undefined) throw new Error('the simulation made a header that cannot be read')
  return header
}

export const createRig = (networks: NetworksConfig = {}) => {
  const core = createCore({ reconnectMs: 0 })
  const deferred: (() => void)[] = []
  const slices: number[] = []
  const consensus = createConsensus({
    core,
    networks,
    now: () => start,
    monotonic: () => performance.now(),
    defer: (run) => void deferred.push(run),
    onSlice: (ms) => void slices.push(ms),
  })
  let now = start
  const apply = (input: Parameters<typeof core.apply>[0]): void => consensus.applied(core.apply(input))
  const observe = (node: string, observation: Pick<Observation, 'kind' | 'body'>): void =>
    apply({
      type: 'observation',
      at: unixMs(now),
      network: networkKey,
      observation: { ...observation, node: nodeId(node), observedAt: unixMs(now) } as Observation,
    })
  const settle = (): void => {
    for (let run = deferred.shift(); run !== undefined; run = deferred.shift()) run()
  }

  return {
    consensus,
    core,
    slices,
    settle,
    connect(node: string) {
      const info = { name: node, networkId: networkKey }
      apply({ type: 'connected', at: unixMs(now), node, info, address: null })
    },
    pass(ms: number) {
      now += ms
      apply({ type: 'tick', at: unixMs(now) })
    },
    block(node: string, block: SimBlock) {
      const { block: body } = readBlock(block.header, { hashes: false })
      if (body !== undefined) observe(node, { kind: 'block', body })
    },
    header(node: string, header: Header) {
      observe(node, { kind: 'header', body: header })
      settle()
    },
    /** As the session registry does once a second: asks a node for what is lacking. */
    answer(node: string, known: ReadonlyMap<number, SimBlock>): readonly number[] {
      const numbers = consensus.wantedHeaders().get(networkKey) ?? []
      for (const number of numbers) {
        const block = known.get(number)
        if (block !== undefined) this.header(node, headerOf(block))
      }
      settle()
      return numbers
    },
    status() {
      const status = consensus.status(networkKey)
      if (status === undefined) throw new Error('nothing is concluded of the network')
      return status
    },
    blocks: (limit = 512) => consensus.blocks(networkKey, limit) ?? [],
  }
}
