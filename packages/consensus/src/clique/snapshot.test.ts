import { describe, expect, it } from 'vitest'
import { createChain } from '../chain.ts'
import { parseHeader } from '../header.ts'
import type { Hex } from '../hex.ts'
import { readVectors } from '../test-support/vectors.ts'
import type { CastVote } from '../votes.ts'
import { applyBlock, isBarred, snapshotAt } from './snapshot.ts'

interface NodeSnapshot {
  readonly validators: readonly Hex[]
  readonly recents: Readonly<Record<string, Hex>>
  readonly votes: readonly { readonly signer: Hex; readonly address: Hex; readonly authorize: boolean }[]
  readonly tally: Readonly<Record<Hex, { readonly authorize: boolean; readonly votes: number }>>
}

const tallyOf = (votes: readonly CastVote[]): NodeSnapshot['tally'] =>
  Object.fromEntries(
    [...Map.groupBy(votes, ({ recipient }) => recipient)].map(([address, all]) => [
      address,
      { authorize: all[0]?.type === 'add', votes: all.length },
    ]),
  )

const vectors = readVectors('clique-net-18420')

describe('the snapshot of Clique', () => {
  it('equals what clique_getSnapshot of geth answered after every block, votes, epochs and a dropped signer included', () => {
    const chain = createChain()
    const [genesis, ...blocks] = vectors.map(({ header, expect: wanted }) => ({
      facts: chain.add(parseHeader(header)),
      after: wanted['after'] as NodeSnapshot | undefined,
    }))
    let snapshot = snapshotAt(0, genesis?.facts.validators ?? [])
    for (const { facts, after } of blocks) {
      const { sealer, vote, checkpoint } = facts
      if (sealer === undefined) throw new Error(`block ${facts.number} has no sealer`)
      snapshot = applyBlock(snapshot, { signer: sealer, vote, isCheckpoint: checkpoint !== undefined }).snapshot
      expect({
        validators: snapshot.signers,
        recents: Object.fromEntries(snapshot.recents),
        votes: snapshot.votes.map(({ voter, recipient, type }) => [voter, recipient, type === 'add']),
        tally: tallyOf(snapshot.votes),
      }).toEqual({
        validators: after?.validators,
        recents: after?.recents,
        votes: after?.votes.map(({ signer, address, authorize }) => [signer, address, authorize]),
        tally: after?.tally,
      })
    }
    expect(blocks).toHaveLength(227)
  })

  it('bars a signer for half the set of blocks, and no longer', () => {
    const signers: readonly Hex[] = ['0xaa', '0xbb', '0xcc', '0xdd', '0xee']
    let snapshot = snapshotAt(0, signers)
    const seal = (signer: Hex): void => {
      snapshot = applyBlock(snapshot, { signer, vote: undefined, isCheckpoint: false }).snapshot
    }
    seal('0xbb')
    expect(isBarred(snapshot, '0xbb')).toBe(true)
    seal('0xcc')
    expect(isBarred(snapshot, '0xbb')).toBe(true)
    seal('0xdd')
    expect(isBarred(snapshot, '0xbb')).toBe(false)
    expect(snapshot.recents.size).toBeLessThanOrEqual(3)
  })
})
