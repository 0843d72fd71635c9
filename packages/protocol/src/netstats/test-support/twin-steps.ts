/** What may happen to machines and servers that are copied and put back, by chance. */
import type { Random } from '../../testing/random.ts'
import type { Agent } from './twin-agent.ts'
import type { Stored } from './twin-server.ts'
import { createTwins } from './twins.ts'
import type { Machine, Recall } from './twin-model.ts'
import type { Twins } from './twins.ts'

interface Scene {
  readonly world: Twins
  readonly random: Random
  readonly machine: Machine
  /** Copies taken, of machines and of the server. */
  readonly agents: Agent[]
  readonly servers: Stored[]
}

/** A world forgets its oldest copies, and has no more machines than this. */
const mostCopies = 6
const mostMachines = 4

const keep = <T>(copies: T[], copy: T): void => {
  copies.push(copy)
  if (copies.length > mostCopies) copies.shift()
}
const recallOf = ({ world, agents, random }: Scene, agent: Agent): Recall =>
  random.chance(0.5) || !world.mayRecall(agent, agents) ? 'clock shows it' : 'clock does not'

const steps = {
  produce: [30, ({ world, machine, random }: Scene) => world.produce(machine, random.between(1, 6))],
  connect: [20, ({ world, machine }: Scene) => world.connect(machine)],
  up: [40, ({ world, machine, random }: Scene) => world.deliver(machine, 'up', random.between(1, 5))],
  down: [40, ({ world, machine, random }: Scene) => world.deliver(machine, 'down', random.between(1, 5))],
  commit: [25, ({ world, random }: Scene) => world.commit(random.between(1, 4))],
  save: [10, ({ world, machine }: Scene) => world.save(machine)],
  advance: [10, ({ world, random }: Scene) => world.advance(random.pick([10, 200, 5000, 40_000]))],
  cut: [6, ({ world, machine, random }: Scene) => world.cut(machine, random.pick(['both', 'agent']))],
  'give up': [2, ({ world }: Scene) => world.giveUp()],
  'restart agent': [4, ({ world, machine }: Scene) => world.restart(machine)],
  // Another life that the server comes to know: of more than it keeps it forgets.
  live: [
    12,
    ({ world, machine, random }: Scene) => {
      world.restart(machine)
      world.produce(machine, random.between(1, 3))
      world.speak(machine, random.between(1, 3))
    },
  ],
  'stop agent': [3, ({ world, machine }: Scene) => world.stop(machine)],
  'start agent': [6, ({ world, machine }: Scene) => world.begin(machine)],
  'restart server': [2, ({ world }: Scene) => world.restartServer()],
  'set clock': [2, ({ world, random }: Scene) => world.setClock(random.pick([1, 500, 100_000, 10_000_000]))],
  'copy folder': [4, ({ world, machine, agents }: Scene) => !machine.blind && keep(agents, world.copyFolder(machine))],
  'copy machine': [
    4,
    ({ world, machine, agents }: Scene) => !machine.blind && keep(agents, world.copyMachine(machine)),
  ],
  'copy server': [3, ({ world, servers }: Scene) => keep(servers, world.copyServer())],
  'add a copy': [
    3,
    (scene: Scene) => {
      const { world, agents, random } = scene
      if (agents.length > 0 && world.machines.length < mostMachines) {
        const agent = random.pick(agents)
        world.add(agent, recallOf(scene, agent))
      }
    },
  ],
  'put agent back': [
    4,
    (scene: Scene) => {
      const { world, machine, agents, random } = scene
      if (agents.length === 0) return
      const agent = random.pick(agents)
      world.putBack(machine, agent, recallOf(scene, agent))
    },
  ],
  'put server back': [
    2,
    ({ world, servers, random }: Scene) => {
      if (servers.length > 0) world.restartServer(random.pick(servers))
    },
  ],
} as const satisfies Readonly<Record<string, readonly [number, (scene: Scene) => unknown]>>
export type TwinStep = keyof typeof steps

const names = Object.keys(steps) as TwinStep[]
const total = names.reduce((sum, name) => sum + steps[name][0], 0)
const pickStep = (random: Random): TwinStep => {
  let left = random.next() * total
  for (const name of names) {
    left -= steps[name][0]
    if (left < 0) return name
  }
  return 'produce'
}

export interface TwinResult {
  readonly steps: Map<TwinStep, number>
  readonly counts: Record<string, number>
}

/** Plays a world of so many steps, and heals it. Throws where a promise is broken; `trail` has what happened. */
export const playTwins = (random: Random, length: number, result: TwinResult, trail: string[] = []): void => {
  const world = createTwins()
  const agents: Agent[] = []
  const servers: Stored[] = []
  for (let n = 0; n < length; n++) {
    const machine = random.pick(world.machines)
    const name = pickStep(random)
    trail.push(`${world.machines.indexOf(machine)} ${name}`)
    steps[name][1]({ world, random, machine, agents, servers })
    result.steps.set(name, (result.steps.get(name) ?? 0) + 1)
  }
  world.heal()
  for (const [name, count] of Object.entries(world.counts)) result.counts[name] = (result.counts[name] ?? 0) + count
}
