import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createMemoryStore } from '@netstats/store/testing'
import { describe, expect, it, vi } from 'vitest'
import { blockFrame, helloFrame, latencyFrame, pingFrame } from '../gateway/ethstats/testing.ts'
import { connectAgent, logOf } from '../gateway/netstats/testing.ts'
import type { ProcessStatus, ServerStatus } from '../status/server-status.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'

const quick = { workers: 2, history: { flushEvery: '100ms' } }
const patient = { timeout: 15_000, interval: 50 }

const loggedIn = async (running: RunningServer, id: string) => {
  const agent = await running.connect('/api')
  agent.send(helloFrame(id))
  expect(await agent.next(() => true)).toBe('{"emit":["ready"]}')
  return agent
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** Processes of this one, the newest last. */
const children = (): readonly number[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

const workersOf = async (running: RunningServer): Promise<readonly ProcessStatus[]> => {
  const { text } = await running.get('/api/v1/server')
  return (JSON.parse(text) as ServerStatus).processes.filter(({ name }) => name !== 'server')
}

/** Logged in at a worker, as it said last. */
const sessionsOf = ({ metrics }: ProcessStatus, protocol: 'ethstats' | 'netstats'): number =>
  (metrics[`${protocol}_sessions`] as Record<string, number>)['active'] ?? 0

const nodesOf = (running: RunningServer, state: string): number => {
  const view = running.server.core.network('1337')
  return [...(view?.nodeIds() ?? [])].filter((id) => view?.column(id, 'state') === state).length
}

describe('a server with workers', () => {
  it('takes in agents of both protocols, and serves pages, REST and readers on the same port', async () => {
    const store = createMemoryStore()
    await using running = await startServer(quick, { openStore: () => Promise.resolve(store) })
    const viewer = await running.connect('/feed')
    viewer.send(JSON.stringify({ type: 'subscribe', id: 1, topic: 'networks' }))
    // Enough that none of the workers is left out by chance.
    for (let i = 0; i < 24; i++) await loggedIn(running, `native-${i}`)
    const agents = await Promise.all(Array.from({ length: 12 }, (_, i) => connectAgent(running, `agent-${i}`)))
    for (const [i, agent] of agents.entries()) agent.batch([logOf(`agent-${i}`, `line ${i}`)])
    for (const agent of agents) await agent.acked(1)
    expect(store.rows('log').filter((row) => row.source === 'test')).toHaveLength(12)
    expect(nodesOf(running, 'active')).toBe(36)
    await viewer.next((text) => text.includes('"1337"'))
    // Workers say once a second what they have counted.
    await vi.waitFor(async () => {
      const sessions = (await workersOf(running)).map((worker) => sessionsOf(worker, 'ethstats'))
      expect(sessions.map((count) => count > 0)).toEqual([true, true])
      expect(sessions.reduce((sum, count) => sum + count, 0)).toBe(24)
    }, patient)
    const network = await running.get('/api/v1/networks/1337')
    expect([network.status, JSON.parse(network.text)]).toMatchObject([200, { key: '1337', active: 36 }])
    expect((await running.get('/api/v1/networks/none')).status).toBe(404)
    await vi.waitFor(async () => expect(await running.metric('ethstats_logins_total')).toBe(24), patient)
    expect((await running.get('/api')).status).toBe(426)
  })

  it('hears everything in order, and answers what is asked', async () => {
    await using running = await startServer(quick)
    const agent = await loggedIn(running, 'alpha')
    for (let number = 1; number <= 200; number++) agent.send(blockFrame('alpha', number))
    agent.send(latencyFrame('alpha'), pingFrame('alpha'))
    await agent.next((text) => text.includes('node-pong'))
    await agent.next((text) => text.includes('"history"'))
    await vi.waitFor(() => expect(running.server.core.network('1337')?.node('alpha')?.blockNumber).toBe(200), patient)
  })

  it('starts another where one is killed: its agents leave at once, come back elsewhere, and nothing acknowledged is gone', async () => {
    const store = createMemoryStore()
    await using running = await startServer(quick, { openStore: () => Promise.resolve(store) })
    const agents = await Promise.all(Array.from({ length: 16 }, (_, i) => connectAgent(running, `agent-${i}`)))
    for (const [i, agent] of agents.entries()) agent.batch([logOf(`agent-${i}`, `before ${i}`)])
    await Promise.all(agents.map((agent) => agent.acked(1)))
    // Workers tell what they have counted once a second.
    await vi.waitFor(async () => expect(await running.metric('netstats_logins_total')).toBe(16), patient)
    const [victim] = await workersOf(running)
    process.kill(victim?.pid ?? 0, 'SIGKILL')
    const lost = victim === undefined ? 0 : sessionsOf(victim, 'netstats')
    expect(lost).toBeGreaterThan(0)
    await vi.waitFor(() => expect(nodesOf(running, 'inactive')).toBe(lost), patient)
    const back = await Promise.all(
      agents.map(async (agent, i) => (agent.socket.readyState === 1 ? agent : connectAgent(running, `agent-${i}`))),
    )
    expect(back.map((agent) => agent.welcome.through === 1 || agent.sent() === 1)).not.toContain(false)
    for (const [i, agent] of back.entries()) agent.batch([logOf(`agent-${i}`, `after ${i}`)])
    await Promise.all(back.map((agent) => agent.acked(2)))
    const lines = store.rows('log').filter((row) => row.source === 'test')
    expect(new Set(lines.map((row) => row.message)).size).toBe(32)
    expect(lines).toHaveLength(32)
    await vi.waitFor(async () => {
      const pids = (await workersOf(running)).map(({ pid }) => pid)
      expect(pids).toHaveLength(2)
      expect(pids).not.toContain(victim?.pid)
    }, patient)
    expect(running.log.entries.some(({ message }) => message === 'a worker ended; it is started again')).toBe(true)
    // What the dead one has counted is not forgotten.
    expect(await running.metric('netstats_logins_total')).toBeGreaterThanOrEqual(16)
  })

  it('notices one that hangs, ends it and starts another, and its agents come back', async () => {
    await using running = await startServer(quick)
    const agents = await Promise.all(Array.from({ length: 16 }, (_, i) => loggedIn(running, `native-${i}`)))
    await vi.waitFor(async () => expect(await running.metric('ethstats_logins_total')).toBe(16), patient)
    const [victim] = await workersOf(running)
    const lost = victim === undefined ? 0 : sessionsOf(victim, 'ethstats')
    expect(lost).toBeGreaterThan(0)
    process.kill(victim?.pid ?? 0, 'SIGSTOP')
    const longer = { timeout: 40_000, interval: 100 }
    await vi.waitFor(() => expect(agents.filter(({ socket }) => socket.readyState !== 1)).toHaveLength(lost), longer)
    // Its sockets end before its parent hears that it has ended.
    const told = () => running.log.entries.find(({ message }) => message === 'a worker ended; it is started again')
    await vi.waitFor(() => expect(told()).toBeDefined(), patient)
    expect(told()?.fields).toMatchObject({ reason: expect.stringContaining('it said nothing for 10 s') })
    const isWell = (): boolean => running.server.parts().some(({ id, state }) => id === 'workers' && state === 'ok')
    await vi.waitFor(() => expect(isWell()).toBe(true), longer)
    for (const [i, { socket }] of agents.entries()) if (socket.readyState !== 1) await loggedIn(running, `native-${i}`)
    expect(nodesOf(running, 'active')).toBe(16)
  })

  it('is not ready before all of them listen, and starts another where one is killed before it does', async () => {
    const port = await freePort()
    const starting = startServer({ ...quick, listen: `127.0.0.1:${port}` })
    const state = { started: false }
    const answers = new Set<number>()
    const asking = (async () => {
      while (!state.started) {
        const { status } = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => ({ status: 0 }))
        if (!state.started) answers.add(status)
      }
    })()
    // The second one begins when the first one listens.
    await vi.waitFor(() => expect(children()).toHaveLength(2), { timeout: 30_000, interval: 5 })
    process.kill(children().at(-1) ?? 0, 'SIGKILL')
    await using running = await starting
    state.started = true
    await asking
    expect(answers).not.toContain(200)
    expect(running.server.workers).toBe(2)
    expect((await running.get('/readyz')).status).toBe(200)
    expect(await workersOf(running)).toHaveLength(2)
  })

  it.each([0, 1])(
    'of two servers that start at once on one port only one does, with %i workers',
    async (workers) => {
      const listen = `127.0.0.1:${await freePort()}`
      const both = await Promise.allSettled([startServer({ workers, listen }), startServer({ workers, listen })])
      for (const one of both) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]()
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'SERVER_ADDRESS_IN_USE' },
      })
    },
    60_000,
  )

  it('gives an id to one session among all workers', async () => {
    await using running = await startServer({ ...quick, ethstats: { takeover: '500ms' } })
    await loggedIn(running, 'alpha')
    const codes = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const other = await running.connect('/api')
        other.send(helloFrame('alpha'))
        return other.closed
      }),
    )
    expect(new Set(codes)).toEqual(new Set([1013]))
    expect(running.server.core.network('1337')?.node('alpha')).toMatchObject({ state: 'active', sessions: 1 })
  })

  it('does not believe a client that says whose request it passes on', async () => {
    await using running = await startServer({ ...quick, auth: { anonymous: 'none' } })
    const headers = { 'x-netstats-peer': '203.0.113.9', 'x-netstats-secure': '1' }
    expect((await running.get('/api/v1/networks', { headers })).status).toBe(401)
    const login = await running.get('/api/v1/session', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'nobody', password: 'wrong wrong wrong' }),
    })
    expect(login.status).toBe(401)
    const entries = JSON.stringify(running.server.auth.admin.audit.list(100))
    expect(entries).not.toContain('203.0.113.9')
  })

  it('does not start where another program has the port', async () => {
    await using running = await startServer()
    const { port } = running.server.address
    await expect(startServer({ workers: 2, listen: `127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'SERVER_ADDRESS_IN_USE',
    })
  })

  it('says goodbye to everybody when it ends, also to the workers', async () => {
    const running = await startServer(quick)
    const agent = await loggedIn(running, 'alpha')
    const other = await connectAgent(running, 'beta')
    const pids = (await workersOf(running)).map(({ pid }) => pid)
    await running.server[Symbol.asyncDispose]()
    expect(await agent.closed).toBe(1012)
    await other.closed
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    await running[Symbol.asyncDispose]()
  })
})

describe('a server that fills up', () => {
  it('starts workers by itself before it is full, and keeps those who are connected', async () => {
    await using running = await startServer({ limits: { connections: 400 } }, { mayOpen: 250 })
    expect(running.server.workers).toBe(3)
    await using growing = await startServer({}, { mayOpen: 164 })
    expect(growing.server.workers).toBe(0)
    const first = []
    for (let i = 0; i < 70; i++) first.push(await loggedIn(growing, `node-${i}`))
    await vi.waitFor(() => expect(growing.server.workers).toBeGreaterThan(0), patient)
    await vi.waitFor(() => loggedIn(growing, 'late'), patient)
    expect(first.filter(({ socket }) => socket.readyState !== 1)).toEqual([])
    expect(nodesOf(growing, 'active')).toBe(71)
    expect((await growing.get('/readyz')).status).toBe(200)
  })
})
