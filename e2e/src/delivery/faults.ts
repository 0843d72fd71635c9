/** Every way in which the way from an agent to the store is broken, with real processes. */
import { setTimeout as pass } from 'node:timers/promises'
import type { Random } from '@netstats/protocol/testing/random'
import type { SmallDisk } from '../history/small-disk.ts'
import type { BreakingProxy, Passage } from './breaking-proxy.ts'
import type { Fleet } from './fleet.ts'

export interface Arena {
  readonly random: Random
  readonly proxy: BreakingProxy
  readonly fleet: Fleet
  /** Kills the server and starts it again on its folder. */
  readonly killServer: () => Promise<void>
  readonly serverPid: () => number
  /** That of the server. */
  readonly disk: SmallDisk
  /** That of the first agent. */
  readonly agentDisk: SmallDisk
}

interface Fault {
  /** How often, beside the others. */
  readonly weight: number
  run(arena: Arena): Promise<void>
}

/** A connection that has carried something: waits for one where all are down. */
const livePassage = async ({ proxy, random }: Arena): Promise<Passage | undefined> => {
  for (let waited = 0; waited < 20_000; waited += 20) {
    const live = proxy.passages.filter((one) => one.bytes > 0)
    if (live.length > 0) return random.pick(live)
    await pass(20)
  }
  return undefined
}
const onPassage =
  (work: (passage: Passage, random: Random) => void) =>
  async (arena: Arena): Promise<void> => {
    const passage = await livePassage(arena)
    if (passage === undefined) throw new Error('no agent came back to the server within 20 s')
    work(passage, arena.random)
  }

const stall = async (pid: number, random: Random): Promise<void> => {
  process.kill(pid, 'SIGSTOP')
  await pass(random.between(100, 3000))
  process.kill(pid, 'SIGCONT')
}

export const faults = {
  'cut upwards at a byte': {
    weight: 16,
    run: onPassage((passage, random) => passage.cutAfter('up', random.int(4000))),
  },
  'cut downwards at a byte': {
    weight: 16,
    run: onPassage((passage, random) => passage.cutAfter('down', random.int(400))),
  },
  closed: { weight: 8, run: onPassage((passage) => passage.close()) },
  'half open, both ways': { weight: 5, run: onPassage((passage) => passage.freeze('up', 'down')) },
  'half open, no acks': { weight: 5, run: onPassage((passage) => passage.freeze('down')) },
  'half open, no batches': { weight: 5, run: onPassage((passage) => passage.freeze('up')) },
  delayed: {
    weight: 8,
    run: onPassage((passage, random) => passage.delay(random.between(10, 1500), random.between(100, 3000))),
  },
  'all cut at once': {
    weight: 4,
    run: async ({ proxy }) => {
      for (const passage of proxy.passages) passage.cutAfter('up', 0)
    },
  },
  'nobody listens': {
    weight: 4,
    run: async ({ proxy, random }) => {
      await proxy.refuse()
      for (const passage of proxy.passages) passage.cutAfter('down', 0)
      await pass(random.between(100, 3000))
      await proxy.listen()
    },
  },
  'agent killed': { weight: 14, run: async ({ fleet, random }) => fleet.kill(random.int(fleet.names.length)) },
  'agent stalled': {
    weight: 3,
    run: async ({ fleet, random }) => stall(fleet.pidOf(random.int(fleet.names.length)), random),
  },
  'server killed': { weight: 7, run: async ({ killServer }) => killServer() },
  'server stalled': { weight: 2, run: async ({ serverPid, random }) => stall(serverPid(), random) },
  'server and all agents killed': {
    weight: 1,
    run: async ({ fleet, killServer }) => {
      const server = killServer()
      await Promise.all(fleet.names.map((_, i) => fleet.kill(i)))
      await server
    },
  },
  'disk of the server full': {
    weight: 2,
    run: async ({ disk, serverPid, random }) => {
      disk.fill(writer(serverPid()))
      await pass(random.between(500, 4000))
      disk.makeRoom({ pid: serverPid() })
    },
  },
  'disk of an agent full': {
    weight: 2,
    run: async ({ agentDisk, fleet, random }) => {
      agentDisk.fill(writer(fleet.pidOf(0)))
      await pass(random.between(500, 4000))
      agentDisk.makeRoom({ pid: fleet.pidOf(0) })
    },
  },
} as const satisfies Readonly<Record<string, Fault>>
export type FaultName = keyof typeof faults

/** A fault, by weight. */
export const pickFault = (random: Random): FaultName => {
  const names = Object.keys(faults) as FaultName[]
  let left = random.next() * names.reduce((sum, name) => sum + faults[name].weight, 0)
  for (const name of names) {
    left -= faults[name].weight
    if (left < 0) return name
  }
  return 'cut upwards at a byte'
}

/** Whoever fills the disk. */
const writer = (pid: number): { readonly pid: number } => ({ pid })
