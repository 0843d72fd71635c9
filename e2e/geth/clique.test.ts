import { expect, it } from 'vitest'
import { findGeth } from '../../scripts/geth.ts'
import { runClique } from '../src/clique/clique-run.ts'

it('concludes of every block of a real Clique network what its geths say, votes, epochs and a fork included', async () => {
  const binary = findGeth('clique')
  if (binary === undefined) throw new Error('neither geth v1.13.15 nor Go to build it')
  const run = await runClique({ binary, chainId: 18_426, blocks: 40, epoch: 15, london: 12 })
  expect(run.differences).toEqual([])
  expect(run).toMatchObject({ blocks: 40, withBaseFee: 29 })
  // One voted in and one voted out.
  expect(run.changes).toHaveLength(2)
})
