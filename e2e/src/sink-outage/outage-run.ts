/**
 * A receiver goes away for longer than the spool's bound, and the agent, or server and agent, are killed meanwhile. Afterwards
 * every number is at the receiver, or was given up and counted.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, netstats, sumOf, temporaryFolder, until } from '../support/processes.ts'
import type { Running } from '../support/processes.ts'
import { judgeOutage } from './outage-oracle.ts'
import type { OutageVerdict } from './outage-oracle.ts'
import type { OutageCase, Receiver } from './receiver.ts'

/** Where the sink runs. */
export const hosts = ['agent', 'server'] as const
export type OutageHost = (typeof hosts)[number]

export interface OutageOptions {
  readonly outage: OutageCase
  readonly host: OutageHost
  /** Times that the receiver goes away. */
  readonly rounds: number
  readonly onStep?: (step: string) => void
}

export interface OutageResult extends OutageVerdict {
  readonly kills: number
  readonly seconds: number
}

const plugin = join(import.meta.dirname, 'numbered.ts')
/** Each part waits for a process on a machine that is busy with others. */
const patienceMs = 240_000
/** Longer than a spool waits before it tells what it gave up. */
const toldMs = 30_000

/** A process that is killed and started again with the same configuration. */
const createProcess = (args: readonly string[], metricsUrl: string) => {
  let running: Running | undefined
  const samples = async (): Promise<ReadonlyMap<string, number>> => {
    const found = new Map<string, number>()
    for (const line of (await (await fetch(metricsUrl)).text()).split('\n')) {
      const end = line.lastIndexOf(' ')
      if (end > 0 && !line.startsWith('#')) found.set(line.slice(0, end), Number(line.slice(end + 1)))
    }
    return found
  }
  return {
    start: async (): Promise<void> => {
      running = netstats(args)
      await until(
        'the process answers',
        async () => ((await fetch(metricsUrl)).ok ? true : undefined),
        running,
        patienceMs,
      )
    },
    kill: async (): Promise<void> => {
      running?.kill('SIGKILL')
      await running?.exit
    },
    metric: async (name: string, labels?: Readonly<Record<string, string>>): Promise<number> =>
      sumOf(await samples(), name, labels),
    /** Asks until it is so. */
    until: (what: string, ask: () => Promise<boolean>): Promise<true> =>
      until(what, async () => ((await ask()) ? true : undefined), running, patienceMs),
    [Symbol.asyncDispose]: async (): Promise<void> => running?.[Symbol.asyncDispose](),
  }
}
type Process = ReturnType<typeof createProcess>

interface Stage extends AsyncDisposable {
  /** Runs the sink. */
  readonly host: Process
  /** All that is killed, in this order. */
  readonly processes: readonly Process[]
  dropped(): Promise<number>
  backlog(): Promise<number>
}

const write = (folder: string, name: string, config: object): string => {
  const path = join(folder, name)
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(config))
  return path
}

const openStage = async (folder: string, options: OutageOptions, sink: object): Promise<Stage> => {
  const { host, outage } = options
  const [port, metrics] = [await freePort(), await freePort()]
  // What they say of themselves has no number.
  const selfMonitoring = { enabled: false }
  const bounded = { spool: { maxBytes: '1MiB' }, sinks: [{ ...sink, name: 'outage' }] }
  const toServer = { type: 'netstats', endpoint: `ws://127.0.0.1:${port}`, secret: 'between-the-two' }
  const agentFile = write(folder, 'agent.yaml', {
    plugins: [plugin],
    sources: [
      {
        type: 'numbered',
        node: 'outage',
        kind: outage.kind,
        limit: join(folder, 'limit'),
        progress: join(folder, 'progress'),
        begin: Date.now() - 3_600_000,
      },
    ],
    data: join(folder, 'agent'),
    selfMonitoring,
    alarms: { enabled: false },
    metrics: { listen: `127.0.0.1:${metrics}` },
    ...(host === 'agent' ? bounded : { sinks: [toServer] }),
  })
  const agent = createProcess(['agent', '--config', agentFile], `http://127.0.0.1:${metrics}/metrics`)
  if (host === 'agent') {
    return {
      host: agent,
      processes: [agent],
      dropped: () => agent.metric('netstats_spool_dropped_total'),
      backlog: () => agent.metric('netstats_spool_backlog_observations'),
      [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
    }
  }
  const serverFile = write(folder, 'server.yaml', {
    listen: `127.0.0.1:${port}`,
    data: join(folder, 'server'),
    ethstats: { secret: 'between-the-two' },
    history: { flushEvery: '200ms' },
    selfMonitoring,
    ...bounded,
  })
  const server = createProcess(['server', '--config', serverFile], `http://127.0.0.1:${port}/metrics`)
  return {
    host: server,
    processes: [server, agent],
    dropped: () => server.metric('netstats_server_spool_dropped_total'),
    backlog: async () =>
      (await server.metric('netstats_server_sink_backlog_observations')) +
      (await agent.metric('netstats_spool_backlog_observations')),
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

export const runOutage = async (options: OutageOptions): Promise<OutageResult> => {
  const { outage, onStep = () => undefined } = options
  const from = performance.now()
  const folder = temporaryFolder('outage')
  const peerFolder = join(folder, 'peer')
  mkdirSync(peerFolder)
  writeFileSync(join(folder, 'limit'), String(Number.MAX_SAFE_INTEGER))
  try {
    const opened = await outage.open(peerFolder)
    await using receiver = opened.receiver
    await using stage = await openStage(folder, options, opened.options)
    const progress = (): number =>
      existsSync(join(folder, 'progress')) ? Number(readFileSync(join(folder, 'progress'), 'utf8')) : 0
    let kills = 0
    const killAll = async (): Promise<void> => {
      for (const one of stage.processes) {
        await one.kill()
        kills++
        await one.start()
      }
    }
    for (const one of stage.processes) await one.start()
    for (let round = 1; round <= options.rounds; round++) {
      await outageRound({ round, receiver, stage, progress, killAll, onStep })
    }
    const last = await drain({ folder, receiver, stage, progress, onStep, isTold: outage.isToldLosses })
    const verdict = judgeOutage({
      last,
      received: await receiver.received(),
      givenUp: await receiver.givenUp(),
      outage,
      kills,
      rounds: options.rounds,
      isInOrder: options.host === 'agent',
    })
    return { ...verdict, kills, seconds: (performance.now() - from) / 1000 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Drain extends Pick<Round, 'receiver' | 'stage' | 'progress' | 'onStep'> {
  readonly folder: string
  readonly isTold: boolean
}

/** Ends the numbers, and waits for all of them and for the reports of losses; gives the last number. */
const drain = async ({ folder, receiver, stage, progress, onStep, isTold }: Drain): Promise<number> => {
  const giveThrough = async (last: number): Promise<number> => {
    writeFileSync(join(folder, 'limit'), String(last))
    await stage.host.until('all is delivered', async () => progress() >= last && (await stage.backlog()) === 0)
    // What was handed over last is on its way.
    await stage.host.until('the last number', async () => (await receiver.received()).some(({ n }) => n === last))
    return last
  }
  let last = await giveThrough(progress() + 3000)
  onStep(`all that is left is delivered, ${last} is the last number`)
  if (!isTold) return last
  // Losses are told with what comes some seconds later. Where they never are, the oracle says so.
  const giveUpAt = performance.now() + toldMs
  while (performance.now() < giveUpAt) {
    const numbers = new Set((await receiver.received()).map(({ n }) => n))
    if ((await receiver.givenUp()) >= last - numbers.size) break
    last = await giveThrough(last + 10)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  return last
}

interface Round {
  readonly round: number
  readonly receiver: Receiver
  readonly stage: Stage
  readonly progress: () => number
  readonly killAll: () => Promise<void>
  readonly onStep: (step: string) => void
}

const outageRound = async ({ round, receiver, stage, progress, killAll, onStep }: Round): Promise<void> => {
  const seen = (await receiver.received()).length
  await stage.host.until('some are delivered', async () => (await receiver.received()).length >= seen + 500)
  onStep(`round ${round}: killed while it delivers`)
  await killAll()
  const after = (await receiver.received()).length
  await stage.host.until('it delivers again', async () => (await receiver.received()).length > after + 500)
  onStep(`round ${round}: the receiver goes away`)
  await receiver.leave()
  const left = progress()
  await stage.host.until('a backlog', () => Promise.resolve(progress() > left + 1000))
  onStep(`round ${round}: killed while the receiver is away`)
  await killAll()
  await stage.host.until('the spool is full', async () => (await stage.dropped()) > 500)
  onStep(`round ${round}: killed with a full spool`)
  await killAll()
  await receiver.comeBack()
  onStep(`round ${round}: the receiver is back`)
}
