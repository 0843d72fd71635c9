/** Where the server listens, and what to do where it cannot. */
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatListenAddress } from '@netstats/sdk/config'
import type { FastifyInstance } from 'fastify'
import type { Address } from './address.ts'
import { backlog, openExtraListeners } from './extra-listeners.ts'
import type { OnListenerError } from './extra-listeners.ts'
import { ServerError } from '../lib/errors.ts'

/** Where several processes may listen on one port, and the system spreads connections over them. */
export const canShare = process.platform === 'linux'

/** Fails where another program has the port: of those that are shared the system would not say so. */
export const probePort = ({ host, port }: Address): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()))
  })

/** So long is waited for another server that is about to listen; only a stopped one, or somebody who means harm, takes longer. */
const claimWithinMs = 30_000
const claimEveryMs = 20

/**
 * Held while a port is probed and taken: of two servers that start at once both would find it free, and the system would
 * spread connections over both. A name of the kernel that goes with its process, so nothing is left of one that is killed.
 */
export const claimPort = async ({ port }: Address): Promise<AsyncDisposable> => {
  const claim = canShare && port !== 0 ? await waitForClaim(`\0netstats-port-${port}`) : undefined
  return { [Symbol.asyncDispose]: async () => claim?.[Symbol.asyncDispose]() }
}

/** Undefined where it does not come in time: its holder must not keep a server from starting. */
const waitForClaim = async (name: string): Promise<Server | undefined> => {
  const within = AbortSignal.timeout(claimWithinMs)
  for (;;) {
    const claim = await tryClaim(name)
    if (claim !== undefined || within.aborted) return claim
    await sleep(claimEveryMs)
  }
}

const tryClaim = (name: string): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const claim = createServer((socket) => socket.destroy())
    claim.once('error', () => resolve(undefined))
    claim.listen(name, () => resolve(claim))
  })

export interface Listening {
  /** With the port that it really is. */
  readonly address: Address
  /** Lets nobody in any more. */
  readonly stop: () => void
}

/** Fewer than a worker's: once there are workers, most who come shall come to them. */
const extraListeners = canShare ? 3 : 0

/** Closes the app where it cannot listen. */
export const listen = async (
  app: FastifyInstance,
  { host, port }: Address,
  onError: OnListenerError,
): Promise<Listening> => {
  try {
    // Workers may have to join later.
    if (canShare && port !== 0) await probePort({ host, port })
    await app.listen({ host, port, backlog, ...(canShare && { reusePort: true }) })
    const bound = app.server.address()
    const address = { host, port: typeof bound === 'object' && bound !== null ? bound.port : port }
    const listeners = await openExtraListeners(app.server, address, extraListeners, onError)
    return { address, stop: () => listeners.close() }
  } catch (error) {
    await app.close()
    throw listenFailure({ host, port }, error as NodeJS.ErrnoException)
  }
}

/** Why nobody listens there, and what to do about it. */
export const listenFailure = (address: Address, cause: NodeJS.ErrnoException): ServerError => {
  const where = formatListenAddress(address)
  const { code } = cause
  if (code === 'EADDRINUSE') {
    const cure = 'stop the other program or choose another address with --listen'
    return new ServerError('SERVER_ADDRESS_IN_USE', `${where} is taken: ${cure}.`, { cause, retryable: true })
  }
  const cure = 'choose an address of this machine with --listen; ports below 1024 need a privilege'
  return new ServerError('SERVER_LISTEN_FAILED', `Cannot listen on ${where} (${code ?? 'error'}): ${cure}.`, { cause })
}
