import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rosterOperations } from '../auth/roster-operations.ts'
import { blockFrame, helloFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer, TestSocket } from '../testing.ts'
import { maxDecisions, openRoster, rosterFileName } from './roster.ts'

const root = { name: 'root', via: 'cli', address: '' } as const

const connect = async (running: RunningServer, id: string, info: object = {}): Promise<TestSocket> => {
  const socket = await running.connect('/api')
  socket.send(helloFrame(id, { ...info }))
  await socket.next((text) => text.includes('ready'))
  return socket
}

const rosterOf = ({ server }: RunningServer) => {
  const { roster } = server.auth.admin
  if (roster === undefined) throw new Error('no roster')
  return roster
}

const leave = async (running: RunningServer, socket: TestSocket, id: string): Promise<void> => {
  socket.socket.close()
  await socket.closed
  await expect.poll(() => running.server.core.network('1337')?.node(id)?.state).toBe('inactive')
}

const nodesOf = ({ server }: RunningServer, network = '1337'): readonly string[] => [
  ...(server.core.network(network)?.nodeIds() ?? []),
]

describe('an operator', () => {
  it('calls a node otherwise, wherever it comes from, until that is taken back', async () => {
    await using running = await startServer()
    const roster = rosterOf(running)
    using _first = await connect(running, 'key', { name: 'besu' })
    roster.rename(root, { network: '1337', id: 'key', name: 'rack 3' })
    const view = () => running.server.core.network('1337')?.node('key')?.name
    expect(view()).toBe('rack 3')
    roster.rename(root, { network: '1337', id: 'key', name: null })
    expect(view()).toBe('besu')
    roster.rename(root, { network: '1337', id: 'key', name: 'rack 4' })
    running.server.auth.flush()
    expect(running.server.auth.admin.audit.list(10)).toContainEqual(
      expect.objectContaining({ actor: 'root', action: 'node.rename', subject: '1337/key', detail: 'rack 4' }),
    )
    const kept = await openRoster(running.data)
    expect(kept.nameOf('1337', 'key')).toBe('rack 4')
  })

  it('removes what is inactive, and is told what to do about what is active', async () => {
    await using running = await startServer()
    const roster = rosterOf(running)
    const ghost = await connect(running, 'ghost')
    using _alive = await connect(running, 'alive')
    expect(() => roster.remove(root, { network: '1337', id: 'ghost' })).toThrow(/is active and would come back at once/)
    expect(() => roster.remove(root, { network: '1337', id: 'nobody' })).toThrow(/No node "nobody"/)
    await leave(running, ghost, 'ghost')
    expect(roster.nodes('1337', true).map(({ id }) => id)).toEqual(['ghost'])
    roster.remove(root, { network: '1337', id: 'ghost' })
    expect(nodesOf(running)).toEqual(['alive'])
  })

  it('merges two ids into one node, also while both are connected, and for good', async () => {
    await using running = await startServer()
    const roster = rosterOf(running)
    using one = await connect(running, 'validator')
    using other = await connect(running, 'validator-again')
    roster.merge(root, { network: '1337', id: 'validator-again', into: 'validator' })
    expect(nodesOf(running)).toEqual(['validator'])
    other.send(blockFrame('validator-again', 7))
    await expect.poll(() => running.server.core.network('1337')?.node('validator')?.blockNumber).toBe(7)
    one.socket.close()
    await one.closed
    other.send(blockFrame('validator-again', 8))
    await expect.poll(() => running.server.core.network('1337')?.node('validator')?.blockNumber).toBe(8)
    expect(running.server.core.network('1337')?.node('validator')?.state).toBe('active')
    await leave(running, other, 'validator')
    using _back = await connect(running, 'validator-again')
    expect(nodesOf(running)).toEqual(['validator'])
    expect(() => roster.merge(root, { network: '1337', id: 'validator', into: 'validator' })).toThrow(/no node that/)
  })

  it('takes a merge back for a node that is in no list any more', async () => {
    await using running = await startServer()
    const roster = rosterOf(running)
    using _one = await connect(running, 'one')
    const two = await connect(running, 'two')
    roster.merge(root, { network: '1337', id: 'two', into: 'one' })
    two.socket.close()
    await two.closed
    roster.remove(root, { network: '1337', id: 'two' })
    expect(() => roster.remove(root, { network: '1337', id: 'two' })).toThrow(/No node "two"/)
    using _back = await connect(running, 'two')
    expect(nodesOf(running)).toEqual(['one', 'two'])
  })

  it('merges nodes of different network ids that are on one network, and in a row', async () => {
    await using running = await startServer()
    const roster = rosterOf(running)
    using _one = await connect(running, 'a')
    using other = await connect(running, 'b', { net: '5' })
    using _third = await connect(running, 'c')
    roster.mergeNetwork(root, { network: '5', into: '1337' })
    roster.merge(root, { network: '1337', id: 'b', into: 'c' })
    other.send(blockFrame('b', 7))
    await expect.poll(() => running.server.core.network('1337')?.node('c')?.blockNumber).toBe(7)
    roster.merge(root, { network: '1337', id: 'c', into: 'a' })
    other.send(blockFrame('b', 8))
    await expect.poll(() => running.server.core.network('1337')?.node('a')?.blockNumber).toBe(8)
    expect(nodesOf(running)).toEqual(['a'])
    expect(() => roster.merge(root, { network: '1337', id: 'a', into: 'b' })).toThrow(/No node "b"/)
  })

  it('gives no network a key that is a word for others', () => {
    const { args } = rosterOperations['networks/rename']
    const takes = (key: string): boolean => args.safeParse({ network: '1337', key }).success
    expect(['main', '1337', 'newest', 'my-newest-one'].every(takes)).toBe(true)
    expect(['unknown', 'overflow', '10-newest', 'main-newest', 'a/b', '..', '%'].some(takes)).toBe(false)
  })

  it('gives no chain a key that is the network id of another one', async () => {
    await using running = await startServer()
    const roster = rosterOf(running)
    using _one = await connect(running, 'a')
    expect(() => roster.renameNetwork(root, { network: '1337', key: '5' })).toThrow(/is the id of another network/)
    expect(() => roster.renameNetwork(root, { network: '1337', key: '5-0123abcd' })).toThrow(/is the id of another/)
    expect(nodesOf(running)).toEqual(['a'])
  })

  it('keeps who was merged into a network apart from nobody that comes to it later', async () => {
    await using running = await startServer()
    const roster = rosterOf(running)
    using one = await connect(running, 'a')
    const first = await connect(running, 'b', { net: '5' })
    roster.mergeNetwork(root, { network: '1337', into: '5' })
    first.socket.close()
    await first.closed
    await expect.poll(() => running.server.core.network('5')?.node('b')?.state).toBe('inactive')
    roster.remove(root, { network: '5', id: 'b' })
    one.socket.close()
    await one.closed
    await expect.poll(() => running.server.core.network('5')?.node('a')?.state).toBe('inactive')
    roster.remove(root, { network: '5', id: 'a' })
    await expect.poll(() => running.server.core.networks(), { timeout: 10_000 }).toEqual([])
    using _again = await connect(running, 'a')
    using _other = await connect(running, 'b', { net: '5' })
    expect(nodesOf(running, '5')).toEqual(['a', 'b'])
  })

  it('gives a network another key, merges networks, and removes what nobody is on', async () => {
    await using running = await startServer()
    const roster = rosterOf(running)
    using one = await connect(running, 'a')
    const two = await connect(running, 'b', { net: '5' })
    one.send(blockFrame('a', 9))
    await expect.poll(() => running.server.core.network('1337')?.node('a')?.blockNumber).toBe(9)
    roster.renameNetwork(root, { network: '1337', key: 'main' })
    expect(nodesOf(running, 'main')).toEqual(['a'])
    one.send(blockFrame('a', 10))
    await expect.poll(() => running.server.core.network('main')?.head()?.number).toBe(10)
    expect(() => roster.renameNetwork(root, { network: '5', key: 'main' })).toThrow(/merge into it/)
    roster.mergeNetwork(root, { network: '5', into: 'main' })
    expect(nodesOf(running, 'main')).toEqual(['a', 'b'])
    expect(() => roster.removeNetwork(root, { network: 'main' })).toThrow(/is active/)
    two.socket.close()
    await two.closed
    using _again = await connect(running, 'b', { net: '5' })
    expect(nodesOf(running, 'main')).toEqual(['a', 'b'])
    await expect.poll(() => running.server.core.networks().map(({ key }) => key)).toEqual(['main'])
  })
})

describe('what was decided', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'netstats-roster-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('is never more than can be read again', async () => {
    const many = Array.from({ length: maxDecisions }, (_, i) => ({ network: '1', node: `n${i}`, name: 'x' }))
    const path = join(folder, rosterFileName)
    await writeFile(path, JSON.stringify({ format: 1, names: many, merged: [], keys: [] }))
    const roster = await openRoster(folder)
    expect(() => roster.setName('1', 'one more', 'x')).toThrow(/10000 decisions are kept/)
    roster.setName('1', 'n0', undefined)
    roster.setName('1', 'one more', 'x')
    expect((await openRoster(folder)).nameOf('1', 'one more')).toBe('x')
    await rm(path)
  })

  it('is not what could not be written', async () => {
    const gone = await mkdtemp(join(tmpdir(), 'netstats-roster-gone-'))
    const roster = await openRoster(gone)
    await rm(gone, { recursive: true })
    expect(() => roster.setName('1', 'a', 'Anna')).toThrow(/ENOENT/)
    expect(roster.nameOf('1', 'a')).toBeUndefined()
  })

  it('is on the disk at once, and a file that is none is reported', async () => {
    const roster = await openRoster(folder)
    roster.setName('1', 'a', 'Anna')
    roster.setMerged('1', 'b', 'a')
    roster.setKey('1', null, 'main')
    const again = await openRoster(folder)
    expect([again.nameOf('1', 'a'), again.mergedInto('1', 'b'), again.keyOf('1', null)]).toEqual(['Anna', 'a', 'main'])
    again.setMerged('1', 'b', undefined)
    expect((await openRoster(folder)).mergedInto('1', 'b')).toBeUndefined()
    const path = join(folder, rosterFileName)
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 20))
    await expect(openRoster(folder)).rejects.toMatchObject({ code: 'SERVER_ROSTER_CORRUPT' })
  })
})
