/** Every way in which the way from an agent to the store is broken, with real processes. */
import { setTimeout as pass } from 'node:timers/promises'
import type { Random } from '@netstats/protocol/testing/random'
import type { SmallDisk } from '../history/small-disk.ts'
import type { BreakingProxy, Passage } from './breaking-proxy.ts'
import type { Fleet } from './delivery-fleet.ts'

export interface FaultHarness {
  readonly random: Random
  readonly proxy: BreakingProxy
  readonly fleet: Fleet
  /** Kills the server and starts it again on its folder. */
  readonly killServer: () => Promise<void>
  /** A copy of the server's folder as it is now, and the same put back in its place, by a kill. */
  readonly copyServer: () => string
  readonly putServerBack: (copy: string) => Promise<void>
  /** Resolves when server and one of the machines say that there is a clone; within a minute. */
  readonly named: (outputs: () => string) => Promise<void>
  readonly serverPid: () => number
  /** That of the server. */
  readonly disk: SmallDisk
  /** That of the first agent. */
  readonly agentDisk: SmallDisk
}

interface Fault {
  /** How often, beside the others. */
  readonly weight: number
  run(harness: FaultHarness): Promise<void>
}

/** A connection that has carried something: waits for one where all are down. */
const livePassage = async ({ proxy, random }: FaultHarness): Promise<Passage | undefined> => {
  for (let waited = 0; waited < 20_000; waited += 20) {
    const live = proxy.passages.filter((one) => one.bytes > 0)
    if (live.length > 0) return random.pick(live)
    await pass(20)
  }
  return undefined
}
const onPassage =
  (work: (passage: Passage, random: Random) => void) =>
  async (harness: FaultHarness): Promise<void> => {
    const passage = await livePassage(harness)
    if (passage === undefined) throw new Error('no agent came back to the server within 20 s')
    work(passage, harness.random)
  }

const stall = async (pid: number, random: Random): Promise<void> => {
  process.kill(pid, 'SIGSTOP')
  await pass(random.between(100, 3000))
  process.kill(pid, 'SIGCONT')
}

/** But for the first one, whose disk is small. */
const anyOf = ({ names }: Fleet, random: Random): number =>
  names.length === 1 ? 0 : random.between(1, names.length - 1)

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
  'clone-agent': {
    weight: 4,
    run: async ({ fleet, random, named }) => fleet.clone(anyOf(fleet, random), named),
  },
  'restore-agent': {
    weight: 5,
    run: async ({ fleet, random, proxy }) => {
      const i = anyOf(fleet, random)
      const copy = fleet.copy(i)
      await pass(random.between(300, 4000))
      // With the server away as well it has appended as much as it was put back by when it comes back.
      const away = random.chance(0.5)
      if (away) await proxy.refuse()
      await fleet.putBack(i, copy)
      if (!away) return
      for (const passage of proxy.passages) passage.cutAfter('down', 0)
      await pass(random.between(2000, 6000))
      await proxy.listen()
    },
  },
  'restore-server': {
    weight: 3,
    run: async ({ copyServer, putServerBack, random }) => {
      const copy = copyServer()
      await pass(random.between(300, 4000))
      await putServerBack(copy)
    },
  },
  'restore-both': {
    weight: 2,
    run: async ({ fleet, copyServer, putServerBack, random }) => {
      const i = anyOf(fleet, random)
      const server = copyServer()
      const agent = fleet.copy(i)
      await pass(random.between(300, 4000))
      const back = putServerBack(server)
      await fleet.putBack(i, agent, true)
      await back
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

/** What fills the disk. */
const writer = (pid: number): { readonly pid: number } => ({ pid })
