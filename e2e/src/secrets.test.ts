import { join } from 'node:path'
import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { agentHello } from './support/agent-hello.ts'
import { connect, hello } from './support/peer.ts'
import { netstats, startServer, temporaryFolder, until } from './support/processes.ts'
import type { Running, ServerProcess } from './support/processes.ts'
import { opcodes, openRaw, rawFrame, upgradeRaw, upgradeRequest } from './support/raw.ts'

/** Everything a terminal or a reader of lines would take for more than text. */
const forged = '\r\n{"level":"error","msg":"forged"}\n12:00:00 error forged\u001b[2J\u009b31m\u202e\u2028\u0007'
const password = 'correct horse battery'
const secret = 'sh4red-s3cret'
const wrong = 'wr0ng'

/** Right and wrong ones, as they were shown to the server; and all that it answered. */
interface Trail {
  readonly secrets: Set<string>
  readonly answers: string[]
}

const command = async (data: string, ...args: readonly string[]): Promise<string> => {
  const ran: Running = netstats([...args, '--data', data])
  const code = await ran.exit
  if (code !== 0) throw new Error(`${args.join(' ')}: ${ran.output()}`)
  return ran.output().trim()
}

const asPeer = async (server: ServerProcess, path: '/api' | '/agent', frame: string, trail: Trail): Promise<void> => {
  using raw = await upgradeRaw(server, path)
  await raw.send(rawFrame(opcodes.text, frame))
  // Either it is refused and ended, or it goes when it was heard.
  await raw.send(rawFrame(opcodes.close, Buffer.from([0x03, 0xe8])))
  await raw.ended
  trail.answers.push(raw.text())
}

const agents = async (server: ServerProcess, token: string, trail: Trail): Promise<void> => {
  const key = Buffer.alloc(32, 1).toString('base64')
  for (const shown of [secret, token, `${wrong}-s3cret`]) {
    for (const id of ['node-1', `node ${forged}`]) {
      const frame = hello({ id, secret: shown, name: id, node: `Geth${forged}/v1`, net: forged, more: { os: forged } })
      await asPeer(server, '/api', frame, trail)
      await asPeer(server, '/agent', agentHello(id, { token: shown }), trail)
      await asPeer(server, '/agent', agentHello('node-1', { token: shown, software: forged }), trail)
      await asPeer(server, '/agent', agentHello('node-1', { token: shown, key }), trail)
    }
  }
  await asPeer(server, '/api', `{"emit":["hello",{"id":"x","secret":"${wrong}-unfinished`, trail)
  await asPeer(server, '/agent', `{"type":"hello","token":"${wrong}-unfinished`, trail)
}

const people = async (server: ServerProcess, api: string, trail: Trail): Promise<void> => {
  const ask = async (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> => {
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    // The cookie is what a login is answered with; it is looked for everywhere else.
    const told = [...answer.headers].filter(([name]) => name !== 'set-cookie')
    trail.answers.push(`${JSON.stringify(told)}\n${await answer.clone().text()}`)
    return answer
  }
  const session = await ask('/session', { name: 'alice', password })
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
  trail.secrets.add(cookie.split('=')[1] ?? '')
  for (const name of ['alice', 'nobody', `alice${forged}`, 'x'.repeat(5000)]) {
    await ask('/session', { name, password: `${wrong}-passw0rd` })
    await ask('/admin/users/add', { name, role: 'viewer', password: `${wrong}-passw0rd`, x: forged }, { cookie })
    await ask('/admin/agents/add', { id: name, note: forged, key: `${wrong}-key` }, { cookie })
  }
  await ask('/session', `{"name":"alice","password":"${wrong}-passw0rd"`)
  await ask('/session/password', { current: `${wrong}-passw0rd`, password: 'sh0rt' }, { cookie })
  for (const authorization of [`Bearer ${api}`, `Bearer nsa_${wrong}`, `Basic ${btoa(`alice:${wrong}`)}`])
    for (const path of [
      '/admin/audit',
      '/admin/agents',
      '/admin/users',
      '/server',
      `/networks/${encodeURIComponent(forged)}`,
    ])
      await ask(path, undefined, { authorization })
}

/** Requests that no client library would send. */
const raws = async (server: ServerProcess, trail: Trail): Promise<void> => {
  const lines = (path: string, ...headers: readonly string[]): string =>
    [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, 'Connection: close', '\r\n'].join('\r\n')
  for (const request of [
    lines(`/api/v1/networks/${wrong}\u001b[2J`),
    lines('/', 'X-Bad: a\u0000b'),
    lines('/', `Cookie: netstats_session=${wrong}\rSet-Cookie: a=b`),
    lines('/login?next=%0d%0aSet-Cookie:%20a=b'),
    lines('/%0d%0aSet-Cookie:%20a=b/nodes/x', 'Accept: text/html'),
    lines('/healthz', 'Host: evil.example.org', 'X-Forwarded-For: 203.0.113.9\u001b[2J', 'X-Forwarded-Host: evil'),
    upgradeRequest('/feed', `Origin: https://evil\u001b[2J`, 'X-Forwarded-For: 203.0.113.9'),
    upgradeRequest('/api', 'X-Forwarded-For: 203.0.113.9, \u001b[2J', `Authorization: Bearer ${wrong}`),
  ]) {
    using raw = await openRaw(server)
    await raw.send(request)
    await Promise.race([raw.told('\r\n\r\n').catch(() => undefined), raw.ended])
    const head = raw.text().split('\r\n\r\n')[0] ?? ''
    expect([request, head]).toEqual([request, expect.not.stringMatching(/\r\nset-cookie:/i)])
    expect([request, head]).toEqual([request, expect.not.stringContaining('\u001b')])
    trail.answers.push(raw.text())
  }
}

const lineOf = {
  json: (line: string): boolean => {
    const entry = JSON.parse(line) as Record<string, unknown>
    return typeof entry['time'] === 'string' && entry['msg'] !== 'forged'
  },
  readable: (line: string): boolean =>
    /^\d\d:\d\d:\d\d (debug|info |warn |error) /.test(line) && !/error forged/.test(line.slice(0, 25)),
}

// At debug, everything that is ever said is said; with workers what they say goes through the server.
describe.each([
  ['json', 0],
  ['readable', 2],
] as const)('a server that logs everything as %s, with %i workers', (format, workers) => {
  it('tells nobody a secret, and has one line an entry, whatever it is sent', async () => {
    const data = temporaryFolder('secrets')
    const settings = { workers, log: { level: 'debug', format }, auth: { failures: 1000 } }
    const trail: Trail = { secrets: new Set([secret, password, wrong, 'sh0rt']), answers: [] }
    const server = await startServer({ settings, secret, data })
    try {
      // A token stands alone on the first line; what follows is for people.
      const made = async (...args: readonly string[]): Promise<string> =>
        (await command(data, ...args)).split('\n').find((line) => /^ns[at]_\S+$/.test(line)) ?? ''
      const former = await made('agents', 'add', 'node-1')
      const token = await made('agents', 'rotate', 'node-1')
      const api = await made('users', 'add', 'script', '--role', 'admin', '--token')
      const file = join(data, 'password')
      writeFileSync(file, password)
      await command(data, 'users', 'add', 'alice', '--role', 'admin', '--password-file', file)
      for (const one of [token, former, api]) {
        expect(one).not.toBe('')
        trail.secrets.add(one)
      }
      await agents(server, token, trail)
      await agents(server, former, trail)
      await people(server, api, trail)
      await raws(server, trail)
      trail.answers.push(await (await fetch(`${server.url}/metrics`)).text(), await command(data, 'audit'))
      // A node's reports are logged by their session: one is let in and ends.
      using good = await connect(`${server.url.replace('http', 'ws')}/api`)
      await good.send(hello({ id: 'good', secret }))
      await good.first('ready')
    } finally {
      await server[Symbol.asyncDispose]()
      rmSync(data, { recursive: true, force: true })
    }
    const log = server.output()
    expect(log).toContain('agent refused')
    expect(log).toContain('stopped')
    const said = [log, ...trail.answers].join('\n')
    for (const one of trail.secrets) expect([one, said.includes(one)]).toEqual([one, false])
    const lines = log.split('\n').filter((line) => line !== '')
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.filter((line) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line) || !lineOf[format](line))).toEqual([])
  })
})

describe('an agent', () => {
  it.each([
    ['--ethstats', 'node-1:hush-hush@127.0.0.1:9'],
    ['--ethstats', 'ws://node-1:hush-hush@127.0.0.1:9'],
    ['--ethstats', 'node-1:hush-hush'],
    ['--server', 'node-1:hush-hush@127.0.0.1:9'],
    ['--server', 'wss://node-1:hush-hush@127.0.0.1:9'],
    ['--rpc', 'node:hush-hush@127.0.0.1:9'],
    ['--rpc', 'ftp://node:hush-hush@127.0.0.1:9'],
  ])('that is given a secret within %s %s says what is wrong without it', async (flag, value) => {
    const others = { '--rpc': 'http://127.0.0.1:9', '--server': 'ws://127.0.0.1:9' }
    const rest = Object.entries(others).filter(([name]) => name !== flag && (name === '--rpc' || flag === '--rpc'))
    const data = temporaryFolder('agent')
    await using agent = netstats(['agent', '--name', 'a', '--data', data, flag, value, ...rest.flat()])
    expect(await agent.exit).not.toBe(0)
    expect(agent.output()).toContain(flag)
    expect(agent.output()).not.toContain('hush')
    rmSync(data, { recursive: true, force: true })
  })

  it('that uses secrets does not say them, whatever it logs', async () => {
    const data = temporaryFolder('agent')
    const flags = ['--server', 'ws://127.0.0.1:9', '--token', 'hush-token', '--ethstats', 'ws://127.0.0.1:9']
    const rpc = [
      '--ethstats-secret',
      'hush-secret',
      '--rpc',
      'http://user:hush-rpc@127.0.0.1:9',
      '--log-level',
      'debug',
    ]
    await using agent = netstats(['agent', '--name', 'a', '--data', data, ...flags, ...rpc])
    const troubles = (): number => agent.output().match(/ECONNREFUSED/g)?.length ?? 0
    await until('it has tried all of them', async () => (troubles() > 4 ? true : undefined), agent)
    expect(agent.output()).not.toContain('hush')
    agent.kill('SIGTERM')
    await agent.exit
    expect(agent.output()).not.toContain('hush')
    rmSync(data, { recursive: true, force: true })
  })
})
