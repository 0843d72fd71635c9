import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAbsolute, relative, resolve } from 'node:path'
import { loadConfig, logConfig } from '@netstats/runtime/config'
import { ensureDataFolder, folderModes } from '../data-folder.ts'
import { CliError, usageError } from '../errors.ts'
import { logFlags } from '../log-flags.ts'
import { createLog } from '../log.ts'
import type { DemoFlags, Io, UpFlags } from '../io.ts'
import { block } from '../up/block.ts'
import { demoChainId, openDemoChain } from '../up/demo-chain.ts'
import { demoNodes } from '../up/demo-nodes.ts'
import { makeTraffic } from '../up/demo-traffic.ts'
import { findClient, usualEndpoints } from '../up/find-client.ts'
import { keepSecret } from '../up/keep-secret.ts'
import { startNode } from '../up/start-node.ts'
import { startServer } from '../up/start-server.ts'
import { version } from '../version.ts'

const repository = resolve(import.meta.dirname, '../../../..')

/** Everything on this machine: server and dashboard, and an agent for the client that runs here, or a demo chain. */
export const up = async (flags: UpFlags, io: Io): Promise<void> => run(flags, io, 'find')

/** The same with a demo chain, whatever runs here. */
export const demo = async (flags: DemoFlags, io: Io): Promise<void> => run(flags, io, 'demo')

const run = async (flags: DemoFlags, io: Io, what: 'find' | 'demo'): Promise<void> => {
  const blockTimeSeconds = blockTimeOf(flags.blockTime)
  const log = logOf(flags, io)
  const { signal } = io.shutdown
  const data = ensureDataFolder(flags.data ?? resolve(repository, '.netstats'), folderModes.server)
  const secret = keepSecret(data)
  const say = (line: string): void => io.out(`${line}\n`)
  const rows: [string, string][] = []

  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startServer({ listen: flags.listen, data, secret: secret.text, log, say }))
  const endpoint = `ws://${formatLocal(server.address)}`
  const watch = async (name: string, rpc: string, host: boolean): Promise<void> => {
    stack.use(await startNode({ name, rpc, host, endpoint, secret: secret.text, data, log }))
  }

  const found = what === 'demo' ? undefined : await findClient(usualEndpoints(), { signal })
  let chainEnded = new Promise<void>(() => undefined)
  if (found !== undefined) {
    await watch(hostname(), found.endpoint, true)
    rows.push(['Node', `${hostname()}: ${found.client} at ${found.endpoint}`])
  } else {
    const chain = stack.use(await openDemoChain({ blockTimeSeconds, signal }))
    const traffic = new AbortController()
    stack.defer(() => traffic.abort())
    void makeTraffic({ endpoint: chain.endpoint, everyMs: blockTimeSeconds * 1000, signal: traffic.signal })
    chainEnded = chain.ended
    const names = Object.keys(demoNodes)
    for (const [i, name] of names.entries()) await watch(name, chain.endpoint, i === 0)
    if (what === 'find') rows.push(['No client', 'no Ethereum client answers on this machine, so here is a demo:'])
    rows.push(['Demo chain', `anvil, chain id ${demoChainId}, a block every ${blockTimeSeconds} s, ${chain.endpoint}`])
    rows.push(['Demo nodes', `${names.join(', ')}; their places on the map are invented`])
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

  await Promise.race([io.shutdown.asked, chainEnded])
  if (!signal.aborted) {
    throw new CliError('CLI_DEMO_CHAIN_ENDED', 'the demo chain ended by itself; start again with: netstats demo')
  }
  say('Ending.')
}

const blockTimeOf = (text = '2'): number => {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 60) return seconds
  throw usageError(`--block-time: found "${text.slice(0, 20)}", expected a whole number of seconds from 1 to 60`)
}

/** Quiet unless something is wrong: the block above the prompt is what a person wants to see. */
const logOf = (flags: UpFlags, io: Io): ReturnType<typeof createLog> => {
  const level = io.env['NETSTATS_LOG_LEVEL'] ?? 'warn'
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
