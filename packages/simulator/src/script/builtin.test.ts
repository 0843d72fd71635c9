import { describe as group, expect, it } from 'vitest'
import { lineage } from '../block.ts'
import { compareWithTruth } from '../check.ts'
import { simulatedEngines } from '../model.ts'
import type { SimulatedEngine } from '../model.ts'
import { createNetwork } from '../network.ts'
import type { Network } from '../network.ts'
import { describe } from './acts.ts'
import { builtinScripts } from './builtin.ts'
import { playScript } from './play.ts'

const validators = 5
const candidates = 2

const play = (name: string, engine: SimulatedEngine, seconds: number, period = 8) => {
  const script = builtinScripts[name]?.write({ engine, validators, candidates })
  if (script === undefined) throw new RangeError(`no script ${name}`)
  const { scenes, emptyBlockPeriod = period, transactionsPerSecond = 3, epoch = 30_000 } = script
  const options = { emptyBlockPeriod, transactionsPerSecond, epoch }
  const network = createNetwork({ engine, validators, candidates, seed: 1, period, peersEach: 3, ...options })
  const told: string[] = []
  playScript(network, scenes, {
    onScene: (scene) => told.push(scene.say ?? describe(network, scene)),
    ...(script.repeatAfter !== undefined && { repeatAfter: script.repeatAfter }),
  })
  // When a node had a higher block than any before: headers do not tell that of every engine.
  const risen = [network.now()]
  let highest = 0
  network.watch(({ head }) => {
    if (head.number > highest) risen.push(network.now())
    highest = Math.max(highest, head.number)
  })
  pass(network, seconds)
  const longestGap = Math.max(...risen.slice(1).map((one, index) => one - (risen[index] ?? 0))) / 1000
  return { network, told, longestGap }
}
const pass = (network: Network, seconds: number): void => network.runUntil(network.now() + seconds * 1000)

/** Different chains, but for the newest blocks, which may still be on their way. */
const chains = ({ nodes }: Network): number => {
  const settled = Math.min(...nodes.map(({ head }) => head.number)) - 3
  return new Set(nodes.map(({ head }) => lineage(head).find(({ number }) => number === settled)?.hash)).size
}

group.each(simulatedEngines)('the tour of %s', (engine) => {
  it('shows turns missed and a stop within five minutes, and leaves a network that is well', () => {
    const { network, told, longestGap } = play('tour', engine, 300)
    const missed = network.made.flatMap(({ truth }) => truth?.missed ?? [])
    expect(missed.map(({ validator }) => validator)).toContain(network.nodes[2]?.key.address)
    expect(longestGap).toBeGreaterThanOrEqual(20)
    pass(network, 402)
    expect(told.some((line) => /^cut off from the others: .*validator-5/.test(line))).toBe(true)
    expect(chains(network)).toBe(1)
    expect(network.now() / 1000 - (network.nodes[0]?.head.timestamp ?? 0)).toBeLessThan(20)
    expect(compareWithTruth(network)).toEqual([])
  })
})

group('a script', () => {
  it('leads Clique into a deadlock, from which it comes when the others are back', () => {
    const { network } = play('deadlock', 'clique', 100, 2)
    const stuck = new Set(network.nodes.filter(({ online }) => online).map(({ head }) => head.hash))
    pass(network, 45)
    expect(new Set(network.nodes.filter(({ online }) => online).map(({ head }) => head.hash))).toEqual(stuck)
    expect(stuck.size).toBe(2)
    pass(network, 60)
    expect(network.now() / 1000 - (network.nodes[0]?.head.timestamp ?? 0)).toBeLessThan(10)
    expect(compareWithTruth(network)).toEqual([])
  })

  it('makes QBFT quiet without transactions, and it is healthy', () => {
    const { network } = play('quiet', 'qbft', 300, 2)
    const start = network.options.start / 1000
    const quiet = network.made.filter(({ timestamp }) => timestamp > start + 60 && timestamp < start + 200)
    expect(quiet.length).toBeLessThanOrEqual(6)
    expect(network.made.filter(({ timestamp }) => timestamp > start + 220).length).toBeGreaterThan(20)
    expect(network.made.every(({ truth }) => (truth?.round ?? 0) === 0)).toBe(true)
    expect(compareWithTruth(network)).toEqual([])
  })

  it('votes a node of Clique in and out, over epochs', () => {
    const { network } = play('votes', 'clique', 120, 2)
    expect(network.nodes[0]?.head.validators).toHaveLength(6)
    pass(network, 110)
    expect(network.nodes[0]?.head.validators).toHaveLength(5)
    expect(compareWithTruth(network)).toEqual([])
  })

  it('is begun again where it is told to', () => {
    const { told } = play('offline', 'aura', 250)
    expect(told.filter((line) => line === 'validator-3 is back')).toHaveLength(2)
  })
})
