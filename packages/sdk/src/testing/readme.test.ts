/** The examples of the README are the files in `examples/`, compiled like everything else, and keep the contracts. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFor } from './config-for.ts'
import { createTestContext } from './context.ts'
import { lines } from './examples/lines.ts'
import { uptime } from './examples/uptime.ts'
import { createFakeClock } from './fake-clock.ts'
import { exampleStats } from './observations.ts'
import { sinkContract } from './sink-contract.ts'
import type { PeerMood } from './sink-contract.ts'
import { sourceContract } from './source-contract.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const blocks = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code)

describe('the README', () => {
  it.each(['uptime.ts', 'lines.ts'])('shows %s as it is', (name) => {
    expect(blocks).toContain(readFileSync(join(import.meta.dirname, 'examples', name), 'utf8'))
  })

  it('names only what the package exports', async () => {
    const entries = {
      '@netstats/sdk': Object.keys(await import('../mod.ts')),
      '@netstats/sdk/config': Object.keys(await import('../config/mod.ts')),
      '@netstats/sdk/testing': Object.keys(await import('./mod.ts')),
    }
    for (const [entry, names] of Object.entries(entries)) {
      const imports = [...readme.matchAll(new RegExp(`import \\{([^}]+)\\} from '${entry}'`, 'g'))]
      expect(imports.length).toBeGreaterThan(0)
      for (const [, list = ''] of imports) for (const one of list.split(',')) expect(names).toContain(one.trim())
    }
    for (const [, name = ''] of readme.matchAll(/`(create[A-Za-z]+|open[A-Z][A-Za-z]+|[a-z]+Contract)`/g))
      expect(Object.values(entries).flat()).toContain(name)
  })
})

sourceContract('uptime', async () => {
  const clock = createFakeClock()
  const source = await uptime.open(configFor(uptime, { node: 'node-1' }), createTestContext({ clock }))
  return { source, wake: () => clock.advance(15_000), [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() }
})

/** Answers each batch with a line, keeps silent, or is not there. */
const startPeer = async () => {
  const sockets = new Set<Socket>()
  let mood: PeerMood = 'well'
  let server: Server | undefined
  let port = 0
  const listen = async (): Promise<void> => {
    server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined))
      socket.on('close', () => sockets.delete(socket))
      socket.on('data', () => mood === 'well' && socket.write('ok\n'))
    })
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }
  const away = async (): Promise<void> => {
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
    for (const socket of sockets) socket.destroy()
    await closed
    server = undefined
  }
  await listen()
  return {
    port,
    become: async (next: PeerMood): Promise<void> => {
      mood = next
      if (next === 'away') await away()
      else if (!server) await listen()
    },
    end: away,
  }
}

const openLines = (port: number) => lines.open({ host: '127.0.0.1', port }, createTestContext())

sinkContract('lines', async () => {
  const peer = await startPeer()
  const sink = await openLines(peer.port)
  const end = async (): Promise<void> => {
    await sink[Symbol.asyncDispose]()
    await peer.end()
  }
  return { sink, peer: peer.become, [Symbol.asyncDispose]: end }
})

describe('the sink of the README', () => {
  it('leaves nothing behind on a connection that serves for long', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    const peer = await startPeer()
    const sink = await openLines(peer.port)
    const never = new AbortController().signal
    for (let i = 1; i <= 50; i++) {
      const items = [{ sequence: i, observation: exampleStats(i) }]
      expect(await sink.deliver({ spool: 's', after: 0, before: 0, items, last: i }, { signal: never })).toEqual({
        status: 'delivered',
      })
    }
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
    await sink[Symbol.asyncDispose]()
    await peer.end()
  })
})
