/** Runs hostile cases against one server: checks its counters, and that control clients beside them are not disturbed. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { sumOf, until } from '../support/processes.ts'
import type { Samples, ServerProcess } from '../support/processes.ts'
import { rowOf } from '../support/rows.ts'
import type { ControlReport, ControlStart } from './control-clients.ts'

export const controlNetwork = '777001'
const controlIds = ['control-1', 'control-2', 'control-3'] as const
export const prefix = 'netstats_server_'

/** Short times, so that the limits are met while one watches; everything else is the default. */
export const harnessSettings = {
  ethstats: { loginTimeout: '2s', pingEvery: '1s', silence: '3s', takeover: '1s' },
  feed: { pingEvery: '2s' },
  limits: { connectsPerSecond: 100 },
  // Cases come from many addresses with the same names; what is bound to an address has tests of its own.
  auth: { bindNames: false },
}

export interface Harness {
  readonly server: ServerProcess
  /** Scales cases up: 1 for the short form. */
  readonly frames: number
  /** Leaves nothing out, however long it takes. */
  readonly thorough: boolean
  /** How long floods last. */
  readonly floodMs: number
  /** A loopback address nobody has used yet: limits count by address, and each case begins with a clean name. */
  readonly address: () => string
}

export interface HostileCase {
  readonly name: string
  /** Does it, and says what was sent. Fails where an answer is not what it must be. */
  run(harness: Harness): Promise<string>
  /** Series without prefix, each with what it must have risen by at least. */
  readonly counted: { readonly [series: string]: number }
}

export interface CaseResult {
  readonly name: string
  readonly sent: string
  readonly counted: string
  readonly rssMb: number
  readonly pong50: number
  readonly pongMax: number
  readonly tookMs: number
}

export const createHarness = (
  server: ServerProcess,
  options: { readonly frames: number; readonly floodMs: number; readonly thorough?: boolean; readonly from?: number },
): Harness => {
  let next = options.from ?? 0
  return {
    server,
    frames: options.frames,
    thorough: options.thorough ?? false,
    floodMs: options.floodMs,
    address: () => {
      next++
      return `127.${20 + Math.floor(next / 60_000)}.${Math.floor(next / 240) % 250}.${1 + (next % 240)}`
    },
  }
}

export interface ControlClients extends AsyncDisposable {
  report(): Promise<ControlReport>
}

export const startControlClients = async (
  server: ServerProcess,
  { ids = controlIds, dashboards = 1 }: Partial<Pick<ControlStart, 'ids' | 'dashboards'>> = {},
): Promise<ControlClients> => {
  const workerData: ControlStart = {
    port: server.port,
    secret: server.secret,
    network: controlNetwork,
    ids,
    dashboards,
  }
  const worker = new Worker(new URL('./control-clients.ts', import.meta.url), { workerData })
  const failed = new Promise<never>((_, reject) => worker.once('error', reject))
  failed.catch(() => undefined)
  await Promise.race([once(worker, 'message'), failed])
  return {
    async report() {
      const answer = once(worker, 'message')
      worker.postMessage('report', [])
      const [report] = (await Promise.race([answer, failed])) as [ControlReport]
      return report
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate()
    },
  }
}

const tell = [
  'bad_frames',
  'refused',
  'ended',
  'shed',
  'takeovers',
  'feed_errors',
  'feed_viewers_closed',
  'feed_conflations',
  'classic_skipped',
  'classic_ended',
  'classic_ignored',
  'http_faults',
] as const

const rises = (before: Samples, after: Samples): readonly string[] =>
  [...after]
    .filter(([series]) => tell.some((part) => series.includes(part)))
    .map(([series, value]) => [series, value - (before.get(series) ?? 0)] as const)
    .filter(([, rise]) => rise > 0)
    .map(([series, rise]) => `${shortName(series)} ${rise}`)

const shortName = (series: string): string =>
  series
    .replace(prefix, '')
    .replace('ethstats_', '')
    .replace('_total', '')
    .replaceAll(/[a-z]+="([^"]*)"/g, '$1')

const riseOf = (before: Samples, after: Samples, series: string): number => {
  const [, name = '', labels = ''] = /^([^{]+)(?:\{(.*)\})?$/.exec(series) ?? []
  const wanted = Object.fromEntries(
    [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  )
  return sumOf(after, prefix + name, wanted) - sumOf(before, prefix + name, wanted)
}

/** Agents and queue as they are when only the control clients are there. */
const atRest = (samples: Samples): boolean =>
  sumOf(samples, `${prefix}ethstats_sessions`) === controlIds.length &&
  sumOf(samples, `${prefix}connections`) === controlIds.length + 2 &&
  sumOf(samples, `${prefix}queue_items`) === 0

export const settled = (server: ServerProcess): Promise<Samples> =>
  until(
    'only the control clients are left',
    async () => {
      const samples = await server.samples()
      return atRest(samples) ? samples : undefined
    },
    server,
    45_000,
  )

const check = (wrong: boolean, what: string): void => {
  if (wrong) throw new Error(what)
}

/** Waits for some answers of this very moment, and gives all since it was last asked. */
const freshReport = async (server: ServerProcess, controls: ControlClients): Promise<ControlReport> => {
  const pongs: number[] = []
  let silence = 0
  return until(
    'the control clients are answered',
    async () => {
      const report = await controls.report()
      pongs.push(...report.pongs)
      silence = Math.max(silence, report.silence)
      return report.pongs.length > 0 || report.unanswered > 5000 ? { ...report, pongs, silence } : undefined
    },
    server,
    10_000,
  )
}

/** The control clients were not disturbed: still connected, answered in time, and shown as they are. */
export const checkControlClients = async (server: ServerProcess, controls: ControlClients): Promise<ControlReport> => {
  const report = await freshReport(server, controls)
  check(report.ended.length > 0, `control clients were cut: ${report.ended.join(', ')}`)
  check(report.unanswered > 5000, `a ping has no answer for ${Math.round(report.unanswered)} ms`)
  check(Math.max(0, ...report.pongs) > 5000, `a ping took ${Math.round(Math.max(...report.pongs))} ms`)
  check(report.silence > 10_000, `a control reader heard nothing for ${Math.round(report.silence)} ms`)
  for (const [index, id] of controlIds.entries()) {
    const row = await until(
      `the row of ${id} is current`,
      async () => {
        const now = await rowOf(server, controlNetwork, id)
        return (now?.blockNumber ?? 0) >= report.height ? now : undefined
      },
      server,
      10_000,
    )
    const facts = [row.name, row.state, row.peers, row.pending, row.gasPrice, row.syncing, row.sessions]
    const wanted = [id, 'active', 10 + index, index + 1, '7', false, 1]
    check(JSON.stringify(facts) !== JSON.stringify(wanted), `the row of ${id} is ${JSON.stringify(facts)}`)
  }
  return report
}

/** Runs one case and checks that the world is as before. */
export const runCase = async (harness: Harness, controls: ControlClients, one: HostileCase): Promise<CaseResult> => {
  const { server } = harness
  const before = await server.samples()
  const began = performance.now()
  const sent = await one.run(harness)
  const after = await settled(server)
  const tookMs = performance.now() - began
  for (const [series, least] of Object.entries(one.counted)) {
    const rise = riseOf(before, after, series)
    check(rise < least, `${series} rose by ${rise}, not by ${least}; ${rises(before, after).join(', ')}`)
  }
  check(riseOf(before, after, 'core_errors_total') > 0, 'the core failed on an input')
  const { pongs } = await checkControlClients(server, controls)
  const sorted = pongs.toSorted((a, b) => a - b)
  return {
    name: one.name,
    sent,
    counted: rises(before, after).join(', '),
    rssMb: Math.round(sumOf(after, `${prefix}process_memory_bytes`, { kind: 'resident' }) / 2 ** 20),
    pong50: sorted[Math.floor(sorted.length / 2)] ?? 0,
    pongMax: sorted.at(-1) ?? 0,
    tookMs,
  }
}
