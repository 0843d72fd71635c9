import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMoments } from './moments.ts'
import { countingClock, createRecorded } from './testing/recorded.ts'
import type { Recorded } from './testing/recorded.ts'
import { snapshot } from './testing/snapshot.ts'
import type { Snapshot } from './testing/snapshot.ts'

interface Look {
  readonly at: number
  readonly atTick: boolean
  readonly shown: Snapshot
  readonly head: string | undefined
}

interface Step {
  readonly what: 'block' | 'fork' | 'stats' | 'latency' | 'away' | 'back' | 'replayed' | 'rename' | 'catch-up'
  /** Who takes part, one bit a node. */
  readonly who: number
  readonly waitMs: number
  readonly seconds: number
}

const letters = 'abcdef'
const names = letters.split('')
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom<Step['what'][]>(
    ...(['block', 'block', 'block', 'block', 'block'] as const),
    ...(['fork', 'stats', 'stats', 'latency', 'away', 'back', 'replayed', 'rename', 'catch-up'] as const),
  ),
  who: fc.integer({ min: 1, max: 63 }),
  waitMs: fc.integer({ min: 1, max: 400 }),
  seconds: fc.nat(5),
})

/** Nodes that tell the truth, though not at the same time, and go on telling what they have begun to tell. */
const play = ({ stage }: Recorded, steps: readonly Step[], look: (at: number, atTick: boolean) => void): void => {
  const here = new Set(names)
  stage.connect(letters, { client: 'Geth/v1.16.3-stable/linux' })
  // Who goes back to what it reported before is not written: a known difference.
  const told = new Set(names.map((node) => `${node}100`))
  let height = 100
  stage.wait(1).block(letters, height)
  for (const [turn, { what, who, waitMs, seconds }] of steps.entries()) {
    stage.wait(1)
    const chosen = names.filter((_, i) => (who & (1 << i)) !== 0)
    const present = chosen.filter((node) => here.has(node))
    if (present.length > 0 && (what === 'block' || what === 'fork')) height++
    for (const [i, node] of present.entries()) {
      stage.wait(waitMs)
      if (what === 'block') stage.block(node, height)
      if (what === 'fork') stage.block(node, height, i % 3 === 2 ? { branch: 1, on: 0 } : {})
      const stats = { peers: waitMs % 30, gasPrice: BigInt(waitMs) as never, mining: i === 0, syncing: false }
      if (what === 'stats') stage.stats(node, stats)
      if (what === 'latency') stage.say(node, 'latency', { latencyMs: waitMs })
      if (what === 'replayed' && i === 0 && height > 103 && !told.has(`${node}${height - 2}`))
        stage.block(node, height - 2)
      if (what === 'catch-up') stage.stats(node, { ...stats, syncing: waitMs % 2 === 0 })
      if (what === 'block' || what === 'fork') told.add(`${node}${height}`)
      if (what === 'replayed') told.add(`${node}${height - 2}`)
    }
    if (what === 'away') for (const node of present.slice(0, 2)) stage.disconnect(node)
    if (what === 'away') for (const node of present.slice(0, 2)) here.delete(node)
    if (what === 'back' || what === 'rename') {
      const more = what === 'rename' ? { contact: `c${waitMs}` } : {}
      for (const node of chosen) {
        if (here.has(node) && what === 'back') continue
        stage.disconnect(here.has(node) ? node : '')
        stage.connect(node, { client: 'besu/v25.1.0/linux', ...more })
        here.add(node)
      }
    }
    stage.wait(waitMs).tick(seconds)
    if (turn % 7 === 3) look(stage.now, seconds > 0)
  }
}

describe('a moment of honest nodes', () => {
  it('shows what was shown then, whatever they did', async () => {
    let same = 0
    let all = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 45, size: 'max' }), async (steps) => {
        const recorded = await createRecorded()
        const then: Look[] = []
        play(recorded, steps, (at, atTick) => {
          const { view } = recorded.stage
          then.push({ at, atTick, shown: snapshot(view), head: view.head()?.hash })
        })
        await recorded.written()
        const { store, names, stage } = recorded
        const moments = createMoments({ store: () => store, names, now: () => stage.now, monotonic: countingClock() })
        for (const { at, atTick, shown, head } of then) {
          const view = await moments.viewAt('1337', at)
          all++
          // Where nodes disagree, the head depends on who spoke first too, of which not all is written.
          if (view?.head()?.hash !== head) continue
          same++
          const past = view && snapshot(view)
          // A split begins with a tick, and no row says when ticks were: between two, the past may have one already.
          const early = !atTick && shown.summary.split === null
          expect(past && early ? { ...past, summary: { ...past.summary, split: null } } : past).toEqual(shown)
        }
      }),
      { numRuns: 15 },
    )
    expect(same / all).toBeGreaterThan(0.9)
  })
})
