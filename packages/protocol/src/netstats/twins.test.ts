/**
 * The delivery promise where machines, folders and servers are copied and put back, and clocks are set: what is
 * acknowledged is stored, everything is stored once, and where nobody can know that is told. In long:
 * `npm run proof:model -- --steps 1000000`.
 */
import { describe, expect, it } from 'vitest'
import { createRandom } from '../testing/random.ts'
import { playTwins } from './test-support/twin-steps.ts'
import type { TwinResult } from './test-support/twin-steps.ts'
import { createTwins } from './test-support/twins.ts'
import type { Machine } from './test-support/twin-model.ts'
import type { Twins } from './test-support/twins.ts'

const first = ({ machines }: Twins): Machine => machines[0] as Machine

describe('copies of agents and servers', () => {
  it('lose nothing, store nothing twice and tell what they cannot know, whatever happens in which order', () => {
    const result: TwinResult = { steps: new Map(), counts: {} }
    for (let seed = 1; seed <= 60; seed++) playTwins(createRandom(seed), 400, result)
    // All of it has happened.
    expect(result.counts['clones']).toBeGreaterThan(10)
    expect(result.counts['parted']).toBeGreaterThan(10)
    expect(result.counts['forks']).toBeGreaterThan(3)
    expect(result.counts['doubts']).toBeGreaterThan(3)
  })

  it('of a folder give out other lives, so that both are stored', () => {
    const world = createTwins()
    world.produce(first(world), 5)
    world.speak(first(world), 10)
    world.produce(first(world), 3)
    const copy = world.copyFolder(first(world))
    world.add(copy, 'clock shows it')
    for (const machine of world.machines) world.produce(machine, 4)
    const [original, clone] = world.machines as [Machine, Machine]
    world.speak(original, 10)
    world.speak(clone, 10)
    // While the original lives its copy is kept out, and neither is thrown out by the other.
    expect(world.counts).toMatchObject({ clones: 1 })
    world.heal()
    expect(world.stored()).toBe(5 + 3 + 4 + 4 + 2)
  })

  it('of a machine with its memory find out at the first login, and tell what they cannot know', () => {
    const world = createTwins()
    world.produce(first(world), 5)
    world.speak(first(world), 10)
    const snapshot = world.copyMachine(first(world))
    world.produce(first(world), 6)
    world.speak(first(world), 10)
    world.putBack(first(world), snapshot, 'clock does not')
    world.produce(first(world), 4)
    world.speak(first(world), 10)
    expect(world.counts).toMatchObject({ forks: 1 })
    expect(world.told()).toBe(4)
    world.heal()
    expect(world.stored()).toBe(5 + 6 + 1)
  })

  it('of a machine with its memory lose nothing where the clock shows that time has passed', () => {
    const world = createTwins()
    world.produce(first(world), 5)
    world.speak(first(world), 10)
    const snapshot = world.copyMachine(first(world))
    world.produce(first(world), 6)
    world.speak(first(world), 10)
    world.putBack(first(world), snapshot, 'clock shows it')
    world.produce(first(world), 9)
    world.heal()
    expect([world.told(), world.stored()]).toEqual([0, 5 + 6 + 9 + 1])
  })
})
