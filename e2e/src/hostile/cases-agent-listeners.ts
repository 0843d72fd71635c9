/** Listeners of sources and sinks, which are in an agent: each case starts one, attacks it, and sees that it still works. */
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { freePort, until } from '../support/processes.ts'
import { startRecordingAgent } from '../support/recording-agent.ts'
import type { RecordingAgent } from '../support/recording-agent.ts'
import type { HostileCase } from './harness.ts'

/** A trap of version 2c with community `public`: coldStart. */
const goodTrap = (id: number): Buffer => {
  const oid = (...bytes: readonly number[]) => Buffer.from([6, bytes.length, ...bytes])
  const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
    const body = Buffer.concat(parts)
    return Buffer.concat([Buffer.from([tag, body.length]), body])
  }
  const number = (value: number) => Buffer.from([2, 4, 0, (value >> 16) & 255, (value >> 8) & 255, value & 255])
  const upTime = element(0x30, oid(43, 6, 1, 2, 1, 1, 3, 0), Buffer.from([0x43, 1, 7]))
  const trap = element(0x30, oid(43, 6, 1, 6, 3, 1, 1, 4, 1, 0), oid(43, 6, 1, 6, 3, 1, 1, 5, 1))
  const pdu = element(0xa7, number(id), Buffer.from([2, 1, 0, 2, 1, 0]), element(0x30, upTime, trap))
  return element(0x30, Buffer.from([2, 1, 1]), element(4, Buffer.from('public')), pdu)
}

/** A message of version 3 that names an engine, and a user that there is: a key is made for each such engine. */
const engineFlood = (n: number): Buffer => {
  const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
    const body = Buffer.concat(parts)
    return Buffer.concat([Buffer.from([tag, body.length]), body])
  }
  const text = (value: string | Buffer) => element(4, Buffer.from(value))
  const engine = Buffer.alloc(12)
  engine.writeUInt32BE(n, 4)
  const security = element(
    0x30,
    text(engine),
    Buffer.from([2, 1, 0, 2, 1, 0]),
    text('teller'),
    text(Buffer.alloc(24)),
    text(Buffer.alloc(8)),
  )
  const global = element(
    0x30,
    Buffer.from([2, 1, 1, 2, 3, 0, 255, 227]),
    Buffer.from([4, 1, 3]),
    Buffer.from([2, 1, 3]),
  )
  return element(0x30, Buffer.from([2, 1, 3]), global, element(4, security), text(Buffer.alloc(64, n)))
}

const startAgent = async () => {
  const [metrics, traps, page] = [await freePort(), await freePort(), await freePort()]
  const user = { name: 'teller', auth: 'sha256', authKey: 'authpass123', privacy: 'aes', privacyKey: 'privpass123' }
  const agent = startRecordingAgent({
    metrics,
    sources: [
      { type: 'snmp', node: 'box', traps: { listen: `127.0.0.1:${traps}`, communities: ['public'], users: [user] } },
    ],
    sinks: [{ type: 'prometheus', listen: `127.0.0.1:${page}` }],
  })
  const ask = async (port: number): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const sum = async (name: string): Promise<number> => {
    const lines = (await ask(metrics))
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0)
  }
  try {
    await until(
      'the listener and the page',
      async () => ((await ask(page)) !== '' && (await ask(metrics)) !== '' ? true : undefined),
      agent,
    )
  } catch (error) {
    await agent[Symbol.asyncDispose]()
    throw error
  }
  return { agent, traps, page, ask, sum, [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose]() }
}

const mostMemory = 250 * 2 ** 20

const stillWorks = async ({ agent, traps, sum }: Awaited<ReturnType<typeof startAgent>>): Promise<number> => {
  await until('a good trap after it', () => tellColdStart(agent, traps), agent)
  const memory = await sum('netstats_agent_memory_bytes')
  if (memory > mostMemory) throw new Error(`the agent has ${Math.round(memory / 2 ** 20)} MB`)
  return Math.round(memory / 2 ** 20)
}

/** Its address may have used up what it may send: it is told again until it is heard. */
const tellColdStart = async (agent: RecordingAgent, port: number): Promise<true | undefined> => {
  await sendAll(port, [goodTrap(Math.floor(performance.now()))])
  return agent.observed().some(({ kind, body }) => kind === 'log' && body['message'] === 'coldStart') || undefined
}

const sendAll = async (port: number, packets: Iterable<Buffer>): Promise<void> => {
  const socket = createSocket('udp4')
  for (const packet of packets) await new Promise((sent) => socket.send(packet, port, '127.0.0.1', sent))
  socket.close()
}

function* trapPackets(count: number): Generator<Buffer> {
  const whole = goodTrap(1)
  for (let i = 0; i < count; i++) {
    const kind = i % 5
    if (kind === 0) yield engineFlood(i)
    else if (kind === 1) yield Buffer.alloc(i % 50 === 1 ? 40_000 : 400, i)
    else if (kind === 2) yield whole.subarray(0, i % whole.length)
    else if (kind === 3) yield Buffer.concat([whole.subarray(0, 20), Buffer.alloc(60, i)])
    else {
      const copy = Buffer.from(whole)
      copy[i % copy.length] = (i * 7) & 255
      yield copy
    }
  }
}

const trapFlood: HostileCase = {
  name: 'a flood of bad SNMP packets',
  async run({ frames }) {
    await using t = await startAgent()
    const count = frames * 5
    await sendAll(t.traps, trapPackets(count))
    const memory = await stillWorks(t)
    const refused = await t.sum('netstats_source_packets_refused_total')
    // Most of such a flood is dropped by the kernel, before the agent can count it.
    if (refused < 100) throw new Error(`only ${refused} of ${count} packets were counted as refused`)
    const lines = t.agent
      .output()
      .split('\n')
      .filter((line) => line.includes('refused what came over SNMP'))
    if (lines.length > 6) throw new Error(`${lines.length} lines of the log are about it`)
    return `${count} cut, changed, long and made-up packets to an agent; ${refused} counted as refused, ${memory} MB`
  },
  counted: {},
}

const open = (port: number, text: string | Buffer): Promise<Socket> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(text)
      done(socket)
    })
    socket.on('error', () => done(socket))
  })

const pageAttack: HostileCase = {
  name: 'attacks on the page for Prometheus',
  async run() {
    await using t = await startAgent()
    const bad = [
      'EHLO mail\r\n\r\n',
      'GET /metrics HTTP/1.1\r\nHost: a\r\nX: ',
      Buffer.from('16030100b8010000b40303', 'hex'),
      `GET /${'p'.repeat(50_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      'POST /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n',
      'GET /../../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n',
    ]
    const sockets = await Promise.all(Array.from({ length: 300 }, (_, i) => open(t.page, bad[i % bad.length] ?? '')))
    // Half a header is given ten seconds, and at most 64 connections are open: then there is room again.
    const text = await until('the page', async () => (await t.ask(t.page)) || undefined, t.agent, 45_000)
    if (text.includes('root:') || !text.includes('netstats_exporter_series_left_out_total'))
      throw new Error('the page is not what it was')
    for (const socket of sockets) socket.destroy()
    const memory = await stillWorks(t)
    return `${sockets.length} connections with no HTTP, half a request, long paths, endless chunks; ${memory} MB`
  },
  counted: {},
}

export const agentListenerCases: readonly HostileCase[] = [trapFlood, pageAttack]
