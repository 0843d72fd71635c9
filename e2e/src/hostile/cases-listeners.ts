/** Senders that mean harm, against the listeners of an agent: one address attacks, the lines of another still arrive. */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { readSamples, sumOf, until } from '../support/processes.ts'
import type { RecordingAgent } from '../support/recording-agent.ts'

export interface Listeners {
  readonly agent: RecordingAgent
  readonly statsd: number
  readonly syslog: number
  readonly tls: number
  readonly metrics: number
}

export interface ListenerCase {
  readonly name: string
  /** Attacks both listeners; settles when it is over. */
  attack(listeners: Listeners, signal: AbortSignal): Promise<void>
  /** Counters without `netstats_source_`, each with labels and what it must have risen by at least. */
  readonly counted: readonly (readonly [name: string, labels: Readonly<Record<string, string>>, least: number])[]
}

const attacker = '127.66.0.1'
const neighbour = '127.77.0.1'
/** What an agent may hold at most, whatever comes. */
const mostMegabytes = 350

const open = async (port: number, from: string): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => {
    socket.once('connect', () => resolve())
    socket.once('close', () => resolve())
  })
  return socket
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const closed = async (sockets: readonly Socket[]): Promise<void> => {
  const end = (one: Socket): Promise<void> =>
    new Promise((resolve) => (one.closed ? resolve() : one.once('close', () => resolve())))
  await Promise.all(sockets.map(end))
}

/** Bytes that repeat for the same seed. */
const noise = (length: number, seed: number): Buffer => {
  const bytes = Buffer.alloc(length)
  let state = seed + 1
  for (let i = 0; i < length; i++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7f_ff_ff_ff
    bytes[i] = state >> 16
  }
  return bytes
}

const garbage: ListenerCase = {
  name: 'floods of garbage by UDP and TCP',
  async attack({ statsd, syslog, tls }, signal) {
    const udp = createSocket('udp4')
    await new Promise<void>((resolve) => udp.bind(0, attacker, () => resolve()))
    const streams = await Promise.all([statsd, syslog, tls].map((port) => open(port, attacker)))
    for (let round = 0; !signal.aborted; round++) {
      for (let i = 0; i < 100; i++) {
        for (const port of [statsd, syslog]) udp.send(noise(400, round * 100 + i), port, '127.0.0.1')
      }
      for (const one of streams) if (one.writable && one.writableLength < 1 << 20) one.write(noise(60_000, round))
      await pause(5)
    }
    udp.close()
    for (const one of streams) one.destroy()
  },
  counted: [
    ['malformed_total', { component: 'source/statsd.alpha' }, 1000],
    ['malformed_total', { component: 'source/syslog.alpha', reason: 'binary' }, 1000],
    ['refused_total', { component: 'source/syslog.alpha', reason: 'handshake' }, 1],
  ],
}

const endless: ListenerCase = {
  name: 'lines that never end',
  async attack({ statsd, syslog }) {
    const sockets = await Promise.all(
      [statsd, syslog].flatMap((port) => Array.from({ length: 10 }, () => open(port, attacker))),
    )
    for (let i = 0; i < 40; i++) {
      for (const one of sockets) one.write('x'.repeat(50_000))
      await pause(10)
    }
    // A frame that says it is longer than any memory.
    const boasting = await open(syslog, attacker)
    boasting.write(`999999999 <13>app: ${'y'.repeat(200_000)}`)
    await pause(500)
    for (const one of [...sockets, boasting]) one.destroy()
  },
  counted: [
    ['malformed_total', { component: 'source/statsd.alpha', reason: 'long' }, 10],
    ['lines_cut_total', { component: 'source/syslog.alpha' }, 10],
  ],
}

const slow: ListenerCase = {
  name: 'connections that send a byte at a time',
  async attack({ statsd, syslog, tls }) {
    const sockets = await Promise.all(
      [statsd, syslog, tls].flatMap((port) => Array.from({ length: 30 }, () => open(port, attacker))),
    )
    const drip = setInterval(() => {
      for (const one of sockets) if (one.writable) one.write('x')
    }, 500)
    // A line has 30 s, a handshake 10.
    await closed(sockets)
    clearInterval(drip)
  },
  counted: [
    ['refused_total', { component: 'source/statsd.alpha', reason: 'slow' }, 30],
    ['refused_total', { component: 'source/syslog.alpha', reason: 'slow' }, 30],
  ],
}

const crowd: ListenerCase = {
  name: 'two thousand connections of one address',
  async attack({ statsd, syslog }) {
    const sockets = (
      await Promise.all([statsd, syslog].flatMap((port) => Array.from({ length: 1000 }, () => open(port, attacker))))
    ).filter((one) => !one.closed)
    await pause(1000)
    for (const one of sockets) one.destroy()
  },
  counted: [
    ['refused_total', { component: 'source/statsd.alpha', reason: 'connections-of-address' }, 900],
    ['refused_total', { component: 'source/syslog.alpha', reason: 'connections-of-address' }, 900],
  ],
}

export const listenerCases: readonly ListenerCase[] = [garbage, endless, slow, crowd]

const samplesOf = async ({ metrics }: Listeners) =>
  readSamples(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text())

/** Lines of a sender that does nothing wrong, by a connection each, until told to stop; how many it has sent. */
const sendGood = async ({ statsd, syslog }: Listeners, name: string, signal: AbortSignal): Promise<number> => {
  let sent = 0
  do {
    for (const [port, line] of [
      [statsd, `_e{${name.length},0}:${name}|\n`],
      [syslog, `<13>good: ${name}\n`],
    ] as const) {
      const socket = await open(port, neighbour)
      if (socket.closed) throw new Error('the neighbour was refused')
      socket.end(line)
      await closed([socket])
    }
    sent++
    await pause(50)
  } while (!signal.aborted)
  return sent
}

/** Runs one case, with a neighbour beside it that must not notice. */
export const runListenerCase = async (listeners: Listeners, one: ListenerCase, floodMs: number): Promise<void> => {
  const { agent } = listeners
  const before = await samplesOf(listeners)
  const over = new AbortController()
  const good = sendGood(listeners, one.name, over.signal)
  await Promise.all([one.attack(listeners, AbortSignal.timeout(floodMs)), pause(floodMs)])
  over.abort()
  const sent = await good
  const arrived = (): readonly number[] => {
    const messages = agent.observed().filter(({ kind, body }) => kind === 'log' && body['message'] === one.name)
    return ['statsd', 'good'].map((source) => messages.filter(({ body }) => body['source'] === source).length)
  }
  await until(
    `${sent} lines of the neighbour by each listener`,
    async () => {
      const counts = arrived()
      if (counts.every((count) => count === sent)) return true
      throw new Error(`arrived: ${counts.join(' and ')}`)
    },
    agent,
  )
  await until(
    `the counters of "${one.name}"`,
    async () => {
      const after = await samplesOf(listeners)
      for (const [name, labels, least] of one.counted) {
        const series = `netstats_source_${name}`
        const rise = sumOf(after, series, labels) - sumOf(before, series, labels)
        if (rise < least) throw new Error(`${series} ${JSON.stringify(labels)} rose by ${rise}, not ${least}`)
      }
      return true
    },
    agent,
  )
  const resident = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8'))?.[1]) / 1024
  if (resident > mostMegabytes) throw new Error(`the agent holds ${Math.round(resident)} MB`)
}
