/**
 * Five networks, one of each engine, simulated in this process with a script of faults; a real agent beside a node of each,
 * a real server. What the server answers of every block is what happened.
 */
import { createNetwork, lineage, playScript, serveNode, simulatedEngines } from '@netstats/simulator'
import type { Network, ServedNode } from '@netstats/simulator'
import { builtinScripts } from '@netstats/simulator/scripts'
import { systemClock } from '@netstats/sdk'
import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { netstats, startServer, temporaryFolder, until } from './support/processes.ts'

interface Block {
  readonly number: number
  readonly sealer: string | null
  readonly expected: string | null
  readonly round: number | null
  readonly step: number | null
  readonly missed: readonly { readonly validator: string }[]
  readonly validators: number | null
}

const validators = 5
/** Before all of AuRa are away. */
const pastSeconds = 115

const networks = simulatedEngines.map((engine, index) => {
  const cast = { engine, validators, candidates: 1 }
  const network = createNetwork({ ...cast, seed: 1, period: 4, transactionsPerSecond: 5 })
  playScript(network, builtinScripts['tour']?.write(cast).scenes ?? [])
  network.runUntil(network.options.start + pastSeconds * 1000)
  return { engine, network, chainId: 7001 + index }
})

const happened = (network: Network): readonly Block[] =>
  [...lineage(firstOf(network).head)].flatMap(({ number, truth }) =>
    truth === undefined
      ? []
      : {
          number,
          sealer: truth.sealer,
          expected: truth.expected,
          // IBFT 1 has its round in no header; it is known modulo the number of validators.
          round: truth.round === undefined ? null : truth.round % truth.validators.length,
          step: truth.step ?? null,
          missed: truth.missed.slice(0, truth.round === undefined ? undefined : truth.round % truth.validators.length),
          validators: truth.validators.length,
        },
  )

const firstOf = (network: Network) => {
  const [first] = network.nodes
  if (first === undefined) throw new RangeError('no node')
  return first
}

const plain = ({ number, sealer, expected, round, step, missed, validators: set }: Block): Block => ({
  number,
  sealer,
  expected,
  round,
  step,
  missed: missed.map(({ validator }) => ({ validator })),
  validators: set,
})

describe('a server', () => {
  it('says of every block of five engines who sealed it, and who missed a turn, as it happened', async () => {
    const aura = networks.find(({ engine }) => engine === 'aura')
    const told = aura && { [aura.chainId]: { validators: aura.network.genesis.validators } }
    await using server = await startServer({ settings: { networks: told ?? {} } })
    await using stack = new AsyncDisposableStack()
    const served: ServedNode[] = []
    for (const { network, chainId } of networks)
      served.push(stack.use(await serveNode({ network, node: firstOf(network), chainId, clock: systemClock })))
    const data = temporaryFolder('agent')
    stack.defer(() => rmSync(data, { recursive: true, force: true }))
    const nodes = served.flatMap(({ ws }, index) => ['--rpc', ws, '--name', `of-${networks[index]?.engine}`])
    const to = ['--server', `ws://127.0.0.1:${server.port}`, '--secret', server.secret, '--data', data]
    const agent = stack.use(netstats(['agent', ...nodes, ...to]))

    for (const { network, engine, chainId } of networks) {
      const expected = happened(network)
      const blocks = await until(
        `all blocks of ${engine}`,
        async () => {
          const answer = await server.get(`/api/v1/networks/${chainId}/consensus/blocks?limit=500`)
          const { blocks: all = [] } = (answer ?? {}) as { readonly blocks?: readonly Block[] }
          return all.filter(({ number }) => number > 0).length === expected.length ? all : undefined
        },
        agent,
      )
      expect(blocks.filter(({ number }) => number > 0).map(plain)).toEqual(expected.map(plain))
      expect(expected.some(({ missed }) => missed.length > 0)).toBe(true)
    }
  })
})
