/** Where the server listens, and what to do where it can not. */
import { createServer } from 'node:net'
import { formatListenAddress } from '@netstats/sdk/config'
import type { FastifyInstance } from 'fastify'
import { backlog, openEars } from './ears.ts'
import { ServerError } from './errors.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** An address to type into a browser: one cannot connect to "every address". */
export const reachable = ({ host, port }: Address): Address => ({
  host: host === '::' || host === '0.0.0.0' ? 'localhost' : host,
  port,
})

/** Where several processes may listen on one port, and the system spreads connections over them. */
export const canShare = process.platform === 'linux'

/** Fails where another program has the port: of those that are shared the system would not say so. */
export const probePort = ({ host, port }: Address): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()))
  })

export interface Listening {
  /** With the port that it really is. */
  readonly address: Address
  /** Lets nobody in any more. */
  readonly stop: () => void
}

/** Fewer than a worker's: once there are workers, most who come shall come to them. */
const moreEars = canShare ? 3 : 0

/** Closes the app where it can not listen. */
export const listen = async (app: FastifyInstance, { host, port }: Address): Promise<Listening> => {
  try {
    // Workers may have to join later.
    if (canShare && port !== 0) await probePort({ host, port })
    await app.listen({ host, port, backlog, ...(canShare && { reusePort: true }) })
    const bound = app.server.address()
    const address = { host, port: typeof bound === 'object' && bound !== null ? bound.port : port }
    const ears = await openEars(app.server, address, moreEars)
    return { address, stop: () => ears.close() }
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
  return new ServerError('SERVER_LISTEN_FAILED', `Can not listen on ${where} (${code ?? 'error'}): ${cure}.`, { cause })
}
