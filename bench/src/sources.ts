/**
 * `npm run bench:sources -- --seconds 10`
 *
 * Lines of StatsD and syslog from another process into the spool of an agent, and the same packets into a bare UDP counter as
 * floor. Prints how many lines were taken in, what the receiving process spent on one, and what the kernel dropped. Senders
 * keep to a rate above the goal; a line a second and core is what this process took in by the second of processor time.
 */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { builtIn } from '@netstats/components'
import { nodeId } from '@netstats/protocol'
import { createRegistry } from '@netstats/runtime'
import { openSpool } from '@netstats/runtime/spool'
import type { SourceContext } from '@netstats/sdk'
import { systemClock } from '@netstats/sdk'
import { configFor, createTestContext } from '@netstats/sdk/testing'
import { kernelDrops } from './procfs.ts'
import { say, table, thousands } from './report.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' }, only: { type: 'string' } } })
const seconds = Number(values.seconds)
const node = nodeId('bench')

interface Load {
  readonly kind: 'statsd' | 'syslog'
  readonly transport: 'udp' | 'tcp'
  readonly perSecond: number
  readonly perPacket: number
}

interface Taken {
  readonly lines: number
  readonly packets: number
  /** Processor time of this process, kernel included. */
  readonly cpuMs: number
  readonly drops: number
  readonly refused: number
  readonly spooled: number
}

/** What takes the lines in, and how many it has taken. */
interface Subject extends AsyncDisposable {
  readonly port: number
  count(): { readonly lines: number; readonly packets: number; readonly refused: number; readonly spooled: number }
}

const openFloor = async ({ perPacket }: Load): Promise<Subject> => {
  const socket = createSocket('udp4')
  let packets = 0
  socket.on('message', () => packets++)
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', () => resolve()))
  socket.setRecvBufferSize(4 << 20)
  return {
    port: socket.address().port,
    count: () => ({ lines: packets * perPacket, packets, refused: 0, spooled: 0 }),
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

const openSource = async ({ kind, transport }: Load): Promise<Subject> => {
  const directory = mkdtempSync(join(tmpdir(), 'netstats-bench-'))
  const log = createTestContext().log
  const spool = await openSpool({
    directory,
    maxBytes: 2 ** 30,
    maxAgeMs: 86_400_000,
    clock: systemClock,
    log,
    reporter: node,
    status: { ok: () => undefined, degraded: () => undefined },
  })
  const reader = await spool.reader('bench', { policy: 'on-ack', batchSize: 500 })
  const context: SourceContext & ReturnType<typeof createTestContext> = createTestContext()
  const definition = createRegistry([builtIn]).sources.get(kind)
  if (definition === undefined) throw new Error(`no source ${kind}`)
  const source = await definition.open(
    configFor(definition, { node, listen: '127.0.0.1:0', ...(kind === 'statsd' && { flushInterval: '1s' }) }),
    context,
  )
  const { addresses } = source as unknown as { addresses: Record<string, { port: number }> }
  const stop = new AbortController()
  let spooled = 0
  const reading = (async () => {
    for await (const given of source.observe({ signal: stop.signal })) {
      const observations = [given].flat() as Parameters<typeof spool.append>[0]
      await spool.append(observations)
      spooled += observations.length
    }
  })()
  const sumOf = (name: string): number =>
    Object.entries(context.counts).reduce((sum, [key, n]) => (key.startsWith(name) ? sum + n : sum), 0)
  return {
    port: addresses[transport]?.port ?? 0,
    count: () => ({ lines: sumOf('lines'), packets: sumOf('packets'), refused: sumOf('refused'), spooled }),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await reading
      await source[Symbol.asyncDispose]()
      await reader[Symbol.asyncDispose]()
      await spool[Symbol.asyncDispose]()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const sendTo = async (port: number, { transport, perSecond, kind, perPacket }: Load): Promise<{ lines: number }> => {
  const script = join(import.meta.dirname, 'sources-sender.ts')
  const args = [script, transport, port, perSecond, seconds, kind, perPacket].map(String)
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  return JSON.parse(said) as { lines: number }
}

/** Long enough for what is under way, and for counts that are handed over once a second. */
const settleMs = 2500

const measure = async (load: Load, open: (load: Load) => Promise<Subject>): Promise<Taken & { sent: number }> => {
  await using subject = await open(load)
  const before = process.cpuUsage()
  const { lines: sent } = await sendTo(subject.port, load)
  await pause(settleMs)
  const { user, system } = process.cpuUsage(before)
  const drops = kernelDrops(subject.port)
  return { ...subject.count(), cpuMs: (user + system) / 1000, drops, sent }
}

const loads: readonly Load[] = [
  { kind: 'statsd', transport: 'udp', perSecond: 150_000, perPacket: 30 },
  { kind: 'statsd', transport: 'udp', perSecond: 50_000, perPacket: 1 },
  { kind: 'statsd', transport: 'tcp', perSecond: 150_000, perPacket: 30 },
  { kind: 'syslog', transport: 'udp', perSecond: 50_000, perPacket: 1 },
  { kind: 'syslog', transport: 'tcp', perSecond: 75_000, perPacket: 1 },
]
const rows: string[][] = []
for (const load of loads.filter(({ kind }) => values.only === undefined || kind === values.only)) {
  // The floor gets packets of the same size at the same rate; streams are compared to datagrams of one line.
  const floor = await measure({ ...load, transport: 'udp' }, openFloor)
  const taken = await measure(load, openSource)
  const cost = ({ cpuMs, lines }: Taken): number => (cpuMs * 1000) / lines
  rows.push([
    `${load.kind}, ${load.transport}, ${load.perPacket} a packet`,
    thousands(taken.sent / seconds),
    thousands(taken.lines / seconds),
    cost(taken).toFixed(2),
    thousands(1_000_000 / cost(taken)),
    cost(floor).toFixed(2),
    (cost(taken) / cost(floor)).toFixed(1),
    thousands(taken.spooled),
    thousands(taken.refused),
    thousands(taken.drops),
    thousands(floor.drops),
  ])
}
const head = [
  'lines',
  'sent/s',
  'taken/s',
  'µs a line',
  'lines/s a core',
  'floor µs',
  'ratio',
  'observations',
  'refused',
  'kernel drops',
  'floor drops',
]
say(table(head, rows))
