/**
 * A Clique network of four real geths, each reporting by its own --ethstats: for as long as it runs no node may count as
 * inactive, and no geth may give up its connection ("pinger seems to have died").
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { introduce } from '../support/geth-rpc.ts'
import { signers, startSealer } from '../support/geth.ts'
import type { Geth } from '../support/geth.ts'
import { freePort, startServer, until } from '../support/processes.ts'
import type { ServerProcess } from '../support/processes.ts'

export interface NetworkRun {
  readonly seconds: number
  readonly blocks: number
  readonly reorgs: number
  /** Alarms of inactivity that were raised, and changes of state to inactive. */
  readonly alarms: number
  readonly inactive: number
  /** Sessions of all nodes: four, where no connection was lost. */
  readonly sessions: number
  /** Lines of geth that say so. */
  readonly pingerDied: number
  readonly p95Ms: number | null
  readonly latencyMs: readonly (number | null)[]
}

export interface NetworkRunOptions {
  readonly binary: string
  readonly chainId: number
  readonly seconds: number
  readonly log?: (line: string) => void
}

interface Summary {
  readonly nodes: number
  readonly active: number
  readonly reorgs: number
  readonly head: { readonly number: number } | null
  readonly propagation: { readonly p95Ms: number | null }
}
interface Row {
  readonly id: string
  readonly sessions: number
  readonly latencyMs: number | null
  readonly blockNumber: number | null
}

const listOf = async (
  server: ServerProcess,
  path: string,
  key: string,
): Promise<readonly Record<string, unknown>[]> => {
  const page = (await server.get(path)) as Record<string, readonly Record<string, unknown>[]> | undefined
  return page?.[key] ?? []
}

export const runGethNetwork = async (options: NetworkRunOptions): Promise<NetworkRun> => {
  const { binary, chainId, seconds, log = () => undefined } = options
  await using server = await startServer({ reconnectGrace: '15s' })
  await using geths = new AsyncDisposableStack()
  const network = `/api/v1/networks/${chainId}`
  const ports: number[] = []
  const running: Geth[] = []
  for (const [i, signer] of signers.entries()) {
    const [p2p, http] = [await freePort(), await freePort()]
    ports.push(http)
    const args = [
      '--port',
      String(p2p),
      '--http',
      '--http.port',
      String(http),
      '--http.api',
      'admin,eth',
      '--allow-insecure-unlock',
      '--verbosity',
      '2',
    ]
    const ethstats = `clique-${i + 1}:${server.secret}@ws://127.0.0.1:${server.port}`
    running.push(geths.use(startSealer(binary, { chainId, ethstats, signer, sealers: signers, period: 2, args })))
  }
  await introduce(ports)
  const summary = async (): Promise<Summary | undefined> => (await server.get(network)) as Summary | undefined
  const begun = await until(
    'four nodes at block 5',
    async () => {
      const now = await summary()
      return now?.active === 4 && (now.head?.number ?? 0) >= 5 ? now : undefined
    },
    undefined,
    180_000,
  )
  const from = Date.now()
  for (let minute = 1; Date.now() - from < seconds * 1000; minute++) {
    await sleep(Math.min(60_000, seconds * 1000))
    const now = await summary()
    log(`minute ${minute}: head ${now?.head?.number ?? 'none'}, ${now?.active ?? 0} of ${now?.nodes ?? 0} active`)
  }
  const ended = await summary()
  const { nodes } = (await server.get(`${network}/nodes`)) as { nodes: readonly Row[] }
  const alarms = await listOf(server, `${network}/history/alarms?limit=1000`, 'alarms')
  const states = await listOf(server, `${network}/history/states?limit=1000`, 'states')
  const since = (rows: readonly Record<string, unknown>[]) => rows.filter(({ at }) => Number(at) >= from)
  return {
    seconds: Math.round((Date.now() - from) / 1000),
    blocks: (ended?.head?.number ?? 0) - (begun.head?.number ?? 0),
    reorgs: ended?.reorgs ?? 0,
    alarms: since(alarms).filter(({ step }) => step === 'raised').length,
    inactive: since(states).filter(({ state }) => state === 'inactive').length,
    sessions: nodes.reduce((sum, one) => sum + one.sessions, 0),
    pingerDied: running.filter((geth) => geth.log().includes('pinger seems to have died')).length,
    p95Ms: ended?.propagation.p95Ms ?? null,
    latencyMs: nodes.map(({ latencyMs }) => latencyMs),
  }
}
