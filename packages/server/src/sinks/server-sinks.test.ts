import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unixMs } from '@netstats/protocol'
import { createRegistry, createSupervisor } from '@netstats/runtime'
import type { SinkEntry, TaskContext } from '@netstats/runtime'
import { defineSink, systemClock } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'
import { createRecordingLogger, exampleStats } from '@netstats/sdk/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openServerSinks } from './server-sinks.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** A peer that takes what it is given while it is there. */
const createPeer = () => {
  const taken: string[] = []
  const peer = { isThere: true, taken }
  const sink = defineSink({
    type: 'peer',
    summary: 'Remembers what it is given',
    config: z.strictObject({}),
    nodes: 'all',
    open: () =>
      Promise.resolve({
        deliver({ items }) {
          if (!peer.isThere) return Promise.resolve({ status: 'retry' as const, reason: 'away', afterMs: 10 })
          for (const { network, observation } of items)
            taken.push(`${network}/${observation.node} ${observation.observedAt % 100}`)
          return Promise.resolve({ status: 'delivered' as const })
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  })
  return { peer, registry: createRegistry([{ name: 'test', apiVersion: 1, sinks: [sink] }]) }
}

const openSinks = async (
  registry: ReturnType<typeof createRegistry>,
  folder: string,
  entry: Partial<SinkEntry> = {},
) => {
  const log = createRecordingLogger()
  const clock = systemClock
  const supervisor = createSupervisor({ clock, log })
  return openServerSinks({
    entries: [{ type: 'peer', policy: 'on-ack', batchSize: 500, ...entry }],
    spool: { maxBytes: 16 * 1024 * 1024, maxAge: 3_600_000 },
    registry,
    data: folder,
    supervisor,
    clock,
    log,
    status: { ok: () => undefined, degraded: () => undefined },
    contextOf: ({ id, log: own, status }: TaskContext) => ({ id, clock, log: own, status, count: () => undefined }),
  })
}

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'netstats-server-sinks-'))
  folders.push(folder)
  return folder
}

const say = (network: string, node: string, n: number) => {
  const observation = { ...exampleStats(n), node, observedAt: unixMs(1_767_225_600_000 + n) } as ReturnType<
    typeof exampleStats
  >
  return { input: { type: 'observation', at: observation.observedAt, network, observation }, network } as const
}

const settled = (done: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(done()).toBe(true), { timeout: 60_000, interval: 10 })

describe('sinks of the server', () => {
  it('give each observation with its network: two networks may have nodes of one name', async () => {
    const { peer, registry } = createPeer()
    await using sinks = await openSinks(registry, await newFolder())
    sinks.applied(say('1337', 'a/b', 1))
    sinks.applied(say('5', 'a/b', 2))
    await settled(() => peer.taken.length === 2)
    expect(peer.taken).toEqual(['1337/a/b 1', '5/a/b 2'])
  })

  it('give what the entry asks for by network and name', async () => {
    const { peer, registry } = createPeer()
    await using sinks = await openSinks(registry, await newFolder(), { networks: ['13*'], nodes: ['v-*'] })
    for (const [network, node, n] of [
      ['5', 'v-1', 1],
      ['1337', 'rpc', 2],
      ['1337', 'v-1', 3],
    ] as const)
      sinks.applied(say(network, node, n))
    await settled(() => peer.taken.length === 1)
    expect(peer.taken).toEqual(['1337/v-1 3'])
  })

  it('say when what they were given is on the disk, so that an agent is told no sooner', async () => {
    const { peer, registry } = createPeer()
    const folder = await newFolder()
    peer.isThere = false
    const sinks = await openSinks(registry, folder)
    for (let n = 1; n <= 30; n++) sinks.applied(say('1337', 'a', n))
    await sinks.stored()
    expect([...sinks.backlogs().values()]).toEqual([30])
    await sinks.stored()
    await sinks[Symbol.asyncDispose]()
    await sinks.stored()
  })

  it('keep what a peer could not take on disk, over a restart, in its order', async () => {
    const { peer, registry } = createPeer()
    const folder = await newFolder()
    peer.isThere = false
    {
      await using sinks = await openSinks(registry, folder)
      for (let n = 1; n <= 50; n++) sinks.applied(say('1337', 'a', n))
      await settled(() => [...sinks.backlogs().values()][0] === 50)
    }
    peer.isThere = true
    await using sinks = await openSinks(registry, folder)
    sinks.applied(say('1337', 'a', 51))
    await settled(() => peer.taken.length === 51)
    expect(peer.taken).toEqual(Array.from({ length: 51 }, (_, i) => `1337/a ${i + 1}`))
  })
})
