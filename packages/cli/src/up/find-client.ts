import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { rpcCall } from './rpc-call.ts'

export interface FoundClient {
  readonly endpoint: string
  /** The client's own words, `Geth/v1.16.0…`. */
  readonly client: string
}

const askMs = 800

/** Places where an Ethereum client of this machine usually answers, the ones that push new heads first. */
export const usualEndpoints = (home = homedir(), platform: NodeJS.Platform = process.platform): readonly string[] => {
  const sockets =
    platform === 'win32'
      ? ['\\\\.\\pipe\\geth.ipc', '\\\\.\\pipe\\reth.ipc', '\\\\.\\pipe\\besu.ipc']
      : [
          ...['.ethereum/geth.ipc', 'Library/Ethereum/geth.ipc', '.besu/besu.ipc'].map((path) => join(home, path)),
          ...['.nethermind/nethermind.ipc', '.local/share/erigon/erigon.ipc'].map((path) => join(home, path)),
          '/tmp/reth.ipc',
          ...['geth', 'ethereum', 'goethereum'].map((name) => `/var/lib/${name}/geth.ipc`),
          ...['besu', 'nethermind', 'erigon', 'reth'].map((name) => `/var/lib/${name}/${name}.ipc`),
        ].filter((path) => existsSync(path))
  return [...sockets, 'ws://127.0.0.1:8546', 'ws://127.0.0.1:8545', 'http://127.0.0.1:8545', 'http://127.0.0.1:8546']
}

/** The first of the endpoints, in their order, that speaks Ethereum JSON-RPC; all are asked at the same time. */
export const findClient = async (
  endpoints: readonly string[],
  { signal }: { signal: AbortSignal },
): Promise<FoundClient | undefined> => {
  const asked = endpoints.map((endpoint) => ask(endpoint, signal))
  for (const answer of asked) {
    const found = await answer
    if (found !== undefined) return found
  }
  return undefined
}

const ask = async (endpoint: string, signal: AbortSignal): Promise<FoundClient | undefined> => {
  const limit = { signal: AbortSignal.any([signal, AbortSignal.timeout(askMs)]) }
  try {
    const [chainId, client] = await Promise.all([
      rpcCall(endpoint, 'eth_chainId', [], limit),
      rpcCall(endpoint, 'web3_clientVersion', [], limit).catch(() => 'an Ethereum client'),
    ])
    if (typeof chainId !== 'string' || !/^0x[0-9a-f]+$/i.test(chainId)) return undefined
    return {
      endpoint,
      client: String(client)
        .replaceAll(/[^\x20-\x7e]/g, '')
        .slice(0, 100),
    }
  } catch {
    return undefined
  }
}
