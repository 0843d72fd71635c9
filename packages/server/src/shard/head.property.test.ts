import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashOf, scenario } from './testing/scenario.ts'

/** A tree of linked blocks: each names an earlier one as parent. The first is the root at height 1. */
interface Planted {
  readonly number: number
  readonly branch: number
  readonly parent: Planted | null
}

const tree = (max: number): fc.Arbitrary<readonly Planted[]> =>
  fc.array(fc.nat(3), { minLength: 2, maxLength: max, size: 'max' }).map((backs) => {
    const planted: Planted[] = [{ number: 1, branch: 0, parent: null }]
    for (const [i, back] of backs.entries()) {
      const parent = planted[Math.max(0, planted.length - 1 - back)] as Planted
      planted.push({ number: parent.number + 1, branch: i + 1, parent })
    }
    return planted
  })

const hashOfPlanted = (block: Planted): string => hashOf(block.number, block.branch)
const shapeOf = (block: Planted) => ({ branch: block.branch, on: block.parent?.branch ?? 999 })

const ancestors = (block: Planted): readonly Planted[] =>
  block.parent === null ? [block] : [block, ...ancestors(block.parent)]

/** Reorganisations as nodes have them: each branch that somebody leaves, until somebody comes back to it. */
const createLeaving = () => {
  const standing = new Map<string, Planted>()
  const backFrom = new Map<string, Planted>()
  const left = new Set<Planted>()
  const counts = { reorgs: 0, deepestReorg: 0 }
  const move = (node: string, to: Planted): void => {
    const old = standing.get(node)
    standing.set(node, to)
    if (old === undefined || old === to) return
    const from = backFrom.get(node) ?? old
    backFrom.delete(node)
    const before = ancestors(from)
    const after = ancestors(to)
    const leaves = before.filter((one) => !after.includes(one))
    const joins = after.filter((one) => !before.includes(one))
    if (leaves.length === 0) return
    if (joins.length === 0) return void backFrom.set(node, from)
    counts.deepestReorg = Math.max(counts.deepestReorg, leaves.length)
    left.delete(joins.at(-1) as Planted)
    const root = leaves.at(-1) as Planted
    if (!left.has(root)) counts.reorgs++
    left.add(root)
  }
  return { move, counts }
}

describe('head on random block trees', () => {
  it('has exactly its ancestors on its chain, and tells which branches nodes leave', () => {
    const walk = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat()), { maxLength: 60, size: 'max' })
    fc.assert(
      fc.property(tree(40), walk, (planted, reports) => {
        const stage = scenario()
        stage.connect('hiabcd')
        for (const block of planted) stage.block('hi', block.number, { ...shapeOf(block), historical: true })
        const byHash = new Map(planted.map((block) => [hashOfPlanted(block), block]))
        let before: Planted | undefined
        const leaving = createLeaving()
        for (const [node, pick] of reports) {
          const block = planted[pick % planted.length] as Planted
          leaving.move(node, block)
          const changes = stage.wait(100).block(node, block.number, shapeOf(block))
          for (const change of changes) {
            if (change.type !== 'head') continue
            const head = byHash.get(change.hash) as Planted
            const chain = new Set(ancestors(head))
            const depth = before === undefined ? 0 : ancestors(before).filter((one) => !chain.has(one)).length
            expect(change.displaced).toBe(depth)
            before = head
          }
          const chain = before === undefined ? [] : ancestors(before).map(hashOfPlanted)
          const canonical = stage.view.blocks(1000).filter((one) => one.canonical)
          expect(canonical.map((one) => one.hash)).toEqual(chain)
          expect(canonical.slice(0, -1).every((one) => one.blockTimeMs === 5000)).toBe(true)
        }
        expect(stage.view.summary()).toMatchObject(leaving.counts)
      }),
      { numRuns: 150, interruptAfterTimeLimit: 20_000 },
    )
  })

  it('is the block that all nodes have come to, whatever they said before', () => {
    const report = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 60 }), fc.nat(4), fc.nat(4))
    fc.assert(
      fc.property(fc.array(report, { maxLength: 60, size: 'max' }), report, (reports, last) => {
        const stage = scenario({ windowHeights: 20, maxForksPerHeight: 3, maxSideBlocks: 10 })
        stage.connect('abcd')
        for (const [node, number, branch, on] of reports) stage.wait(100).block(node, number, { branch, on })
        const [, number, branch, on] = last
        for (const node of ['a', 'b', 'c', 'd']) stage.wait(100).block(node, number, { branch, on })
        const rows = [...stage.view.nodeIds()].map((id) => stage.view.node(id))
        fc.pre(rows.every((row) => row?.blockHash === hashOf(number, branch)))
        expect(stage.view.head()?.hash).toBe(hashOf(number, branch))
        expect(stage.view.summary()).toMatchObject({ atHead: 4, behind: 0 })
      }),
      { numRuns: 300, interruptAfterTimeLimit: 20_000 },
    )
  })

  it('keeps what two honest nodes have reported on the chain, whatever one liar says', () => {
    const honest = fc.constantFrom('a', 'b', 'c').map((node) => ({ node }))
    const lie = fc.record({
      above: fc.oneof(fc.integer({ min: -3, max: 4 }), fc.constantFrom(100, Number.MAX_SAFE_INTEGER)),
      branch: fc.integer({ min: 1, max: 3 }),
      on: fc.integer({ min: 0, max: 3 }),
      historical: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 3, arbitrary: honest }, lie), { maxLength: 150, size: 'max' }),
        (steps) => {
          const stage = scenario()
          stage.connect('abcx')
          const at = new Map([
            ['a', 9],
            ['b', 9],
            ['c', 9],
          ])
          for (const step of steps) {
            stage.wait(50)
            if ('node' in step) {
              const number = (at.get(step.node) ?? 9) + 1
              at.set(step.node, number)
              stage.block(step.node, number)
            } else {
              const top = Math.max(...at.values())
              const number = Math.min(Number.MAX_SAFE_INTEGER, top + step.above)
              stage.block('x', number, { branch: step.branch, on: step.on, historical: step.historical })
            }
            const agreed = [...at.values()].sort((a, b) => b - a)[1] ?? 9
            if (agreed < 10) continue
            expect(stage.view.hashesAt(agreed)[0]).toBe(hashOf(agreed))
            expect(stage.view.block(hashOf(agreed))?.canonical).toBe(true)
            expect(stage.view.head()?.number).toBeLessThanOrEqual(Math.max(...at.values()) + 64)
          }
        },
      ),
      { numRuns: 300, interruptAfterTimeLimit: 20_000 },
    )
  })
})
