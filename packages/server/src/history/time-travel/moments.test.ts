import { unixSeconds } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { createMoments, sightHeights } from './moments.ts'
import type { Moments } from './moments.ts'
import { countingClock, createRecorded } from './testing/recorded.ts'
import type { Recorded } from './testing/recorded.ts'
import { measures, snapshot } from './testing/snapshot.ts'

const momentsOf = ({ store, names, stage }: Recorded): Moments =>
  createMoments({ store: () => store, names, now: () => stage.now, monotonic: countingClock() })

/** Twelve nodes over some minutes: forks, a reorganisation, nodes that come, go, lag, catch up and are forgotten. */
const play = async (recorded: Recorded, look: (at: number) => void): Promise<void> => {
  const { stage } = recorded
  stage.connect('abcdefghijkl', { client: 'Geth/v1.16.3-stable/linux', genesis: `0x${'a'.repeat(64)}` as never })
  for (let number = 100; number < 190; number++) {
    const on = number === 130 ? { branch: 1, on: 0 } : number === 131 ? { branch: 0, on: 0 } : {}
    for (const node of number % 2 === 0 ? 'abcdefgh' : 'hgfedcba') {
      stage.wait(9)
      stage.block(node, number, number === 130 && node < 'c' ? on : {})
    }
    if (number === 120) stage.disconnect('kl')
    if (number === 140) stage.connect('k', { name: 'renamed' })
    if (number === 150) stage.wait(3).block('j', 148)
    if (number === 160) {
      stage.block('gh', 161, { branch: 2, on: 0 })
      stage.block('abcdefgh', 162, { branch: 2 })
    }
    stage.tick(4)
    stage.wait(17)
    for (const node of 'abcdefghk')
      stage.stats(node, { peers: number % 7, gasPrice: BigInt(number) as never, syncing: node === 'h' && number < 170 })
    stage.say('c', 'latency', { latencyMs: number % 40 })
    stage.say('d', 'pending', { pending: number % 11 })
    stage.tick(1)
    look(stage.now)
  }
}

describe('a moment', () => {
  it('shows what was shown then', async () => {
    const recorded = await createRecorded({ core: { forgetAfterMs: 120_000 } })
    const then = new Map<number, { shown: object; about: ReturnType<typeof measures> }>()
    const { stage } = recorded
    await play(recorded, (at) => void then.set(at, { shown: snapshot(stage.view), about: measures(stage.view) }))
    await recorded.written()
    const moments = momentsOf(recorded)
    for (const [at, { shown, about }] of then) {
      const view = await moments.viewAt('1337', at)
      if (view === undefined) throw new Error('nothing is known')
      expect(snapshot(view)).toEqual(shown)
      measures(view).forEach(([uptime = -1, lastSeen = -1], i) => {
        expect(Math.abs(uptime - (about[i]?.[0] ?? 0))).toBeLessThan(11)
        expect(Math.abs(lastSeen - (about[i]?.[1] ?? 0))).toBeLessThan(1.001)
      })
    }
  })

  it('shows a chain that stands still as that, as it was shown then', async () => {
    const recorded = await createRecorded()
    const { stage } = recorded
    const timestamp = unixSeconds(stage.now / 1000 - 36_000)
    stage.connect('a')
    stage.block('a', 500, { timestamp })
    stage.tick(10)
    stage.connect('b')
    stage.block('b', 500, { timestamp })
    stage.tick(60)
    const shown = snapshot(stage.view)
    expect(stage.view.head()?.arrivedAt).toBe(timestamp * 1000)
    await recorded.written()
    const view = await momentsOf(recorded).viewAt('1337', stage.now)
    expect(view && snapshot(view)).toEqual(shown)
    const [block] = await recorded.store.blocks({ network: 1, limit: 1 })
    expect(block?.arrivedAt).toBe(timestamp * 1000)
  })

  it('shows a split from when it has lasted on, as the live one does with its next tick', async () => {
    const recorded = await createRecorded()
    const { stage } = recorded
    stage.connect('abc')
    stage.block('abc', 100)
    stage.wait(1).block('ab', 101)
    stage.wait(1).block('c', 101, { branch: 1, on: 0 })
    const began = stage.now
    stage.wait(500).block('ab', 102)
    stage.tick(29)
    stage.wait(498).block('a', 103)
    expect(stage.now - began).toBe(29_998)
    stage.wait(2)
    expect(stage.view.summary().split).toBeNull()
    stage.tick()
    const shown = snapshot(stage.view)
    const told = stage.now
    stage.wait(100).block('b', 104)
    const between = { at: stage.now, shown: snapshot(stage.view) }
    await recorded.written()
    const moments = momentsOf(recorded)
    const at = async (time: number) => {
      const view = await moments.viewAt('1337', time)
      return view && snapshot(view)
    }
    expect(shown.summary.split).toMatchObject({ since: began, branches: [{ number: 103 }, { number: 101 }] })
    expect((await at(began + 29_999))?.summary.split).toBeNull()
    expect((await at(began + 30_000))?.summary.split).toMatchObject({ since: began, number: 100 })
    expect(await at(told)).toEqual(shown)
    expect(between.shown.summary.split).toMatchObject({ since: began, branches: [{ number: 104 }, { number: 101 }] })
    expect(await at(between.at)).toEqual(between.shown)
  })

  it('is undefined before the first word, and of a network nobody knows', async () => {
    const recorded = await createRecorded()
    const begin = recorded.stage.now
    await play(recorded, () => undefined)
    await recorded.written()
    const moments = momentsOf(recorded)
    expect(await moments.viewAt('1337', begin - 1)).toBeUndefined()
    expect(await moments.viewAt('1337', begin)).toBeDefined()
    expect(await moments.viewAt('9', begin)).toBeUndefined()
  })

  it('reads fewer heights of single sights the more nodes there are', () => {
    expect([1, 20_000, 30_000, 120_000, 5_000_000].map(sightHeights)).toEqual([64, 60, 40, 10, 1])
  })
})
