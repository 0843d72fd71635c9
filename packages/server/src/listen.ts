/** Where the server listens, and what to do where it can not. */
import { formatListenAddress } from '@netstats/sdk/config'
import type { FastifyInstance } from 'fastify'
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

/** Gives the address with the port that it really is; closes the app where it can not listen. */
export const listen = async (app: FastifyInstance, { host, port }: Address): Promise<Address> => {
  try {
    await app.listen({ host, port, backlog: 4096 })
  } catch (error) {
    await app.close()
    throw listenFailure({ host, port }, error as NodeJS.ErrnoException)
  }
  const bound = app.server.address()
  return { host, port: typeof bound === 'object' && bound !== null ? bound.port : port }
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
