import type { ServerSession, ServerSessionOptions } from './server-types.ts'

/** The server's side of one connection, from `opened` to `end`. Sans-I/O: it is told what happened and says what to do. */
export const createServerSession = (options: ServerSessionOptions = {}): ServerSession => {
  throw new Error(`not built yet: ${JSON.stringify(options)}`)
}
