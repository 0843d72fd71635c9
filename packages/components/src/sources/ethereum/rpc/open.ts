import { homedir } from 'node:os'
import { join } from 'node:path'
import { isIpcPath } from '@netstats/sdk/config'
import { RpcError } from './errors.ts'
import { openHttp } from './http.ts'
import { openIpc } from './ipc.ts'
import { openWebSocket } from './websocket.ts'
import type { ConnectionOptions, RpcConnection } from './connection.ts'

/** Opens the kind of connection the endpoint's form asks for. */
export const openConnection = async (
  endpoint: string,
  options: ConnectionOptions & { readonly signal: AbortSignal },
): Promise<RpcConnection> => {
  if (isIpcPath(endpoint)) return openIpc(ipcPath(endpoint), options)
  const url = new URL(endpoint)
  if (url.protocol === 'ws:' || url.protocol === 'wss:') return openWebSocket(url, options)
  if (url.protocol === 'http:' || url.protocol === 'https:') return openHttp(url, options)
  throw new RpcError('RPC_UNREACHABLE', `${options.label} is no http, ws or IPC endpoint.`)
}

export const ipcPath = (endpoint: string): string => {
  const path = endpoint.startsWith('ipc:') ? endpoint.slice('ipc:'.length) : endpoint
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
}
