import { blockNumber } from '@netstats/protocol'
import type { Block, Hash } from '@netstats/protocol'
import { createFakeClock, exampleBlock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { withSealers } from './clique-sealer.ts'
import { createOptionalMethods } from './optional-methods.ts'
import type { Call, Reply } from './rpc/messages.ts'

const zero = `0x${'0'.repeat(64)}` as Hash
const sealer = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const never = new AbortController().signal

const clique = (n: number, more: Partial<Block> = {}): Block => ({
  ...exampleBlock(n),
  difficulty: 2n,
  mixHash: zero,
  extraData: `0x${'00'.repeat(97)}`,
  ...more,
})

const setup = (answer: (call: Call) => Reply = () => ({ ok: true, result: sealer })) => {
  const clock = createFakeClock()
  const asked: Call[] = []
  const ask = async (calls: readonly Call[]): Promise<readonly Reply[]> => {
    asked.push(...calls)
    return calls.map(answer)
  }
  const methods = createOptionalMethods(clock)
  const tell = (...blocks: readonly Block[]) => withSealers(blocks, { ask }, methods, { signal: never })
  return { clock, asked, tell }
}

describe('the sealers of Clique blocks', () => {
  it('are asked for by hash and take the place of the miner', async () => {
    const { asked, tell } = setup()
    const [first, second] = await tell(clique(1), clique(2))
    expect([first?.miner, second?.miner]).toEqual([sealer, sealer])
    expect(asked).toEqual([1, 2].map((n) => ({ method: 'clique_getSigner', params: [clique(n).hash] })))
  })

  it.each([
    ['a proof-of-work block', { difficulty: 131_072n }],
    ['a proof-of-stake block', { difficulty: 0n }],
    ['a block of IBFT or QBFT', { mixHash: `0x${'63'.repeat(32)}` as Hash }],
    ['a block without a signature', { extraData: '0x' }],
    ['the genesis block', { number: blockNumber(0) }],
  ] satisfies readonly [string, Partial<Block>][])('are not asked for with %s', async (_, more) => {
    const { asked, tell } = setup()
    const block = clique(5, more)
    expect(await tell(block)).toEqual([block])
    expect(asked).toEqual([])
  })

  it('stay unknown where the node does not open that interface, and are asked for again only much later', async () => {
    const { asked, clock, tell } = setup(() => ({ ok: false, code: -32601, message: 'the method does not exist' }))
    expect(await tell(clique(1))).toEqual([clique(1)])
    await tell(clique(2))
    expect(asked).toHaveLength(1)
    await clock.advance(600_000)
    await tell(clique(3))
    expect(asked).toHaveLength(2)
  })

  it('are told for those blocks that the node knows', async () => {
    const { tell } = setup(({ params }) =>
      params[0] === clique(1).hash
        ? { ok: false, code: -32000, message: 'unknown block' }
        : { ok: true, result: sealer },
    )
    const told = await tell(clique(1), clique(2))
    expect(told.map((one) => one.miner)).toEqual([clique(1).miner, sealer])
  })

  it('are asked for in bounded requests', async () => {
    const sizes: number[] = []
    const methods = createOptionalMethods(createFakeClock())
    const ask = async (calls: readonly Call[]): Promise<readonly Reply[]> => {
      sizes.push(calls.length)
      return calls.map(() => ({ ok: true, result: sealer }))
    }
    const blocks = Array.from({ length: 120 }, (_, i) => clique(i + 1))
    const told = await withSealers(blocks, { ask }, methods, { signal: never })
    expect(sizes).toEqual([50, 50, 20])
    expect(new Set(told.map((one) => one.miner))).toEqual(new Set([sealer]))
  })
})
