import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Network } from '@netstats/simulator'
import { loadConfig, logConfig } from '@netstats/runtime/config'
import type { FlagValue } from '@netstats/runtime/config'
import { single } from '../agent-flags.ts'
import { ensureDataFolder, folderModes } from '../data-folder.ts'
import { logFlags } from '../log-flags.ts'
import { createLog } from '../log.ts'
import type { DemoFlags, Io, UpFlags } from '../io.ts'
import { block } from '../up/block.ts'
import { demoPlan } from '../up/demo-flags.ts'
import type { DemoPlan } from '../up/demo-flags.ts'
import { createDemoNetwork, demoChainId, demoTold, openDemo } from '../up/demo.ts'
import { findClient, usualEndpoints } from '../up/find-client.ts'
import type { FoundClient } from '../up/find-client.ts'
import { keepSecret } from '../up/keep-secret.ts'
import { startAgent } from '../up/start-agent.ts'
import { startServer } from '../up/start-server.ts'
import { version } from '../version.ts'

const repository = resolve(import.meta.dirname, '../../../..')

/** Everything on this machine: server and dashboard, and an agent for the client that runs here, or a demo network. */
export const up = async (flags: UpFlags, io: Io): Promise<void> => {
  const { signal } = io.shutdown
  const client = await findClient(usualEndpoints(), { signal })
  await run(flags, io, client === undefined ? demoSubject(flags, noClient) : { client })
}

/** The same with a demo network, whatever runs here. */
export const demo = async (flags: DemoFlags, io: Io): Promise<void> => run(flags, io, demoSubject(flags, []))

type Rows = readonly (readonly [string, string])[]

/** What is watched. */
type Subject =
  | { readonly client: FoundClient }
  | { readonly client?: undefined; readonly plan: DemoPlan; readonly network: Network; readonly rows: Rows }

const noClient: Rows = [['No client', 'no Ethereum client answers on this machine, so here is a demo:']]

const demoSubject = (flags: DemoFlags, rows: Rows): Subject => {
  const plan = demoPlan(flags)
  return { plan, network: createDemoNetwork(plan), rows }
}

const run = async (flags: UpFlags, io: Io, subject: Subject): Promise<void> => {
  const log = logOf(flags, io, subject.client === undefined)
  const data = ensureDataFolder(flags.data ?? resolve(repository, '.netstats'), folderModes.server)
  const secret = keepSecret(data)
  const say = (line: string): void => io.out(`${line}\n`)
  const demo = subject.client === undefined ? demoTold(subject.plan, subject.network) : []
  const told = [...demo, ...alarmFlags(flags)]

  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startServer({ listen: flags.listen, data, secret: secret.text, told, log, say }))
  const endpoint = `ws://${formatLocal(server.address)}`
  const parts = { endpoint, secret: secret.text, data, log }
  let rows: Rows
  if (subject.client === undefined) {
    const { rpc } = stack.use(await openDemo({ ...parts, ...subject, say }))
    rows = [...subject.rows, ...rowsOf(subject.plan, rpc)]
  } else {
    const name = hostname()
    stack.use(await startAgent({ ...parts, name, nodes: [{ name, rpc: subject.client.endpoint }] }))
    rows = [['Node', `${name}: ${subject.client.client} at ${subject.client.endpoint}`]]
  }
  const file = shown(secret.file)
  io.out(
    block(`Netstats ${version}`, [
      ['Dashboard', `${server.url}/`],
      ...rows,
      ['Add a node', `${command()} agent --name NAME --rpc URL --server ${endpoint} --secret-file ${file}`],
      ['or', `geth --ethstats "NAME:$(cat ${file})@${endpoint}"`],
      ['Data', shown(data)],
      ['End', 'Ctrl-C'],
    ]),
  )

  await io.shutdown.asked
  say('Ending.')
}

const rowsOf = ({ cast, period, scriptName }: DemoPlan, rpc: string): Rows => {
  const engine = `${cast.engine}, ${cast.validators} validators, a block every ${period} s`
  return [
    ['Demo', `a simulated network: ${engine}, chain id ${demoChainId}; places on the map are invented`],
    ['Script', `${scriptName}; what goes wrong is told below (netstats demo --help names all scripts)`],
    ['JSON-RPC', `${rpc} of validator-1`],
  ]
}

/**
 * Quiet unless something is wrong: the block above the prompt is what a person wants to see. In a demo nodes go and come
 * on purpose, so that only errors are.
 */
const logOf = (flags: UpFlags, io: Io, isDemo: boolean): ReturnType<typeof createLog> => {
  const level = io.env['NETSTATS_LOG_LEVEL'] ?? (isDemo ? 'error' : 'warn')
  const options = loadConfig({
    schema: logConfig(),
    flags: [
      { name: 'NETSTATS_LOG_LEVEL', path: ['level'], value: level },
      ...logFlags(flags).map((one) => ({ ...one, path: one.path.slice(1) })),
    ],
  })
  return createLog(options)
}

const formatLocal = ({ host, port }: { host: string; port: number }): string => {
  if (host === '::' || host === '0.0.0.0') return `127.0.0.1:${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The command as it can be typed from here. Not by npx, which would run another program of that name elsewhere. */
const command = (): string => {
  const path = resolve(repository, 'node_modules/.bin/netstats')
  return existsSync(path) ? shown(path) : 'netstats'
}

/** A path as short as it can be typed from here. */
const shown = (path: string): string => {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short
}

const alarmFlags = ({ alarmWebhook, alarmSlack }: UpFlags): readonly FlagValue[] => {
  const slack = [{ name: 'slack', type: 'webhook', form: 'slack', url: alarmSlack }]
  return [
    ...single('--alarm-webhook', ['alarms', 'webhook'], alarmWebhook),
    ...single('--alarm-slack', ['alarms', 'receivers'], alarmSlack === undefined ? undefined : slack),
  ]
}
