import type { Clock } from '@netstats/sdk'
import type { Endpoint, Endpoints } from './endpoints.ts'
import { isOtherChain, readIdentity } from './identity.ts'
import { createNodeClient } from './node-client.ts'
import type { RpcConnection } from './rpc/connection.ts'
import { RpcError } from './rpc/errors.ts'
import type { NodeState } from './session.ts'

/** Time between two looks at the endpoints that are not in use. */
const everyMs = 15_000

export interface WatchOthersOptions {
  readonly endpoints: Endpoints
  readonly state: Pick<NodeState, 'view' | 'identity'>
  readonly clock: Clock
  readonly connect: (endpoint: Endpoint, signal: AbortSignal) => Promise<RpcConnection>
}

/** Looks now and then whether another endpoint is ahead; ends when one is taken in place of the one in use. */
export const watchOthers = async (options: WatchOthersOptions, signal: AbortSignal): Promise<void> => {
  const { clock, endpoints, state } = options
  for (;;) {
    await clock.sleep(everyMs, { signal })
    for (const other of endpoints.others()) {
      const own = state.view.head()?.number
      const height = await heightOf(other, options, signal)
      if (own === undefined || height === undefined) continue
      if (endpoints.compared(other, { own, other: height })) return
    }
  }
}

/** The height of an endpoint of the same network; undefined where it is none, or does not answer. */
const heightOf = async (
  endpoint: Endpoint,
  { connect, state }: WatchOthersOptions,
  signal: AbortSignal,
): Promise<number | undefined> => {
  try {
    await using connection: RpcConnection = await connect(endpoint, signal)
    const client = createNodeClient(connection)
    const identity = await readIdentity(client, { signal })
    if (state.identity && isOtherChain(state.identity, identity)) return undefined
    return await client.blockNumber({ signal })
  } catch (error) {
    if (signal.aborted || !(error instanceof RpcError)) throw error
    return undefined
  }
}
