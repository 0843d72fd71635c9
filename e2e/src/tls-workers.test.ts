import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:tls'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { makeCertificates } from '../../packages/server/src/net/tls/testing/certificates.ts'
import { agentHello } from './support/agent-hello.ts'
import { emit, hello } from './support/peer.ts'
import { freePort, netstats, startAnvil, temporaryFolder, until } from './support/processes.ts'
import { openRaw } from './support/raw.ts'

const secret = 's3cret'
/** As many as must reach both workers: the system spreads connections by chance, and 31 times the same side is none. */
const many = 32

interface At {
  readonly port: number
  readonly ca: string
}

const get = ({ port, ca }: At, path: string): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, ca, agent: false }, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    asked.on('error', reject)
    asked.end()
  })

/** The name in the certificate that a fresh connection is shown. */
const shownAt = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
    socket.on('error', reject)
  })
const allShownAt = async (port: number): Promise<readonly string[]> => [
  ...new Set(await Promise.all(Array.from({ length: many }, () => shownAt(port)))),
]

/** An agent over wss that checks the certificate. */
const logIn = ({ port, ca }: At, path: '/api' | '/agent', id: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, path === '/agent' ? ['netstats.v1'] : [], { ca })
    socket.once('open', () => socket.send(path === '/api' ? hello({ id, secret }) : agentHello(id, { token: secret })))
    socket.on('message', (data: Buffer) => {
      if (/"ready"|"type":"welcome"/.test(data.toString())) resolve(socket)
    })
    socket.once('error', reject)
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)))
  })

const pongOf = (socket: WebSocket, id: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)))
    socket.on('message', (data: Buffer) => {
      if (/"node-pong"|"type":"pong"/.test(data.toString())) resolve()
    })
    socket.send(socket.protocol === '' ? emit('node-ping', { id, clientTime: 1 }) : '{"type":"ping","t1":1}')
  })

interface Status {
  readonly processes: readonly {
    readonly name: string
    readonly metrics: Readonly<Record<'ethstats_sessions' | 'netstats_sessions', Readonly<Record<string, number>>>>
  }[]
}

it('agents over wss with two workers are taken in by both, and a new certificate reaches all of them', async () => {
  using files = makeCertificates('before.example.org')
  const folder = temporaryFolder('tls')
  const port = await freePort()
  const config = join(folder, 'server.yaml')
  writeFileSync(config, JSON.stringify({ workers: 2, tls: { cert: files.cert, key: files.key } }))
  const data = join(folder, 'data')
  const flags = ['--listen', `127.0.0.1:${port}`, '--data', data, '--config', config]
  const first = readFileSync(files.cert, 'utf8')
  const before: At = { port, ca: first }
  await using server = netstats(['server', ...flags], { NETSTATS_ETHSTATS_SECRET: secret })
  // The first worker answers before the second listens; this is said when all do.
  await until('all listen', async () => (server.output().includes('"msg":"listening"') ? true : undefined), server)

  // Who never ends the handshake is ended: nothing said, and the beginning of a ClientHello.
  const mutes = await Promise.all(
    ['', '160301'].map(async (hex) => {
      const raw = await openRaw({ port })
      await raw.send(Buffer.from(hex, 'hex'))
      return raw
    }),
  )
  const agents = await Promise.all(
    Array.from({ length: many }, async (_, i) => {
      const id = `node-${i}`
      return { id, socket: await logIn(before, i % 2 === 0 ? '/api' : '/agent', id) }
    }),
  )
  await using anvil = await startAnvil()
  const to = ['--server', `wss://127.0.0.1:${port}`, '--token', secret]
  await using real = netstats(
    ['agent', '--name', 'real', '--data', join(folder, 'agent'), '--rpc', anvil.http, ...to],
    {
      NODE_EXTRA_CA_CERTS: files.cert,
    },
  )
  const sessionsOf = async (at: At, protocol: 'ethstats' | 'netstats'): Promise<readonly number[]> => {
    const { processes } = JSON.parse((await get(at, '/api/v1/server')).text) as Status
    return processes
      .filter(({ name }) => name !== 'server')
      .map(({ metrics }) => metrics[`${protocol}_sessions`]['active'] ?? 0)
  }
  const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0)
  await until(
    'both workers have agents, all of them together',
    async () => {
      const native = await sessionsOf(before, 'ethstats')
      const own = await sessionsOf(before, 'netstats')
      const isSpread = native.length === 2 && native.every((count, i) => count + (own[i] ?? 0) > 0)
      return isSpread && sum(native) === many / 2 && sum(own) === many / 2 + 1 ? true : undefined
    },
    server,
  )
  expect(await allShownAt(port)).toEqual(['before.example.org'])

  files.renew('after.example.org')
  server.kill('SIGHUP')
  // Long before anybody would have looked at the files by itself.
  await until(
    'all show the new certificate',
    async () => (String(await allShownAt(port)) === 'after.example.org' ? true : undefined),
    server,
    10_000,
  )
  const after: At = { port, ca: readFileSync(files.cert, 'utf8') }
  // Who was connected stays, and who checks the new one comes in.
  await Promise.all(agents.map(({ socket, id }) => pongOf(socket, id)))
  const late = await logIn(after, '/agent', 'late')
  await expect(logIn(before, '/agent', 'too-late')).rejects.toThrow(/certificate/)

  files.spoil('key', 'nothing')
  server.kill('SIGHUP')
  await until(
    'it says that the new one is bad',
    async () => ((await get(after, '/healthz')).text.includes('is not used') ? true : undefined),
    server,
  )
  expect(await allShownAt(port)).toEqual(['after.example.org'])
  await Promise.all(agents.map(({ socket, id }) => pongOf(socket, id)))
  for (const mute of mutes) expect(await mute.ended).toBeLessThan(10_000 + 5000)
  for (const { socket } of [...agents, { socket: late }]) socket.terminate()
  real.kill('SIGTERM')
  await real.exit
  rmSync(folder, { recursive: true, force: true })
})
