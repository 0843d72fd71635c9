/** A reader of `/feed`: asks, and keeps what it is told. */
import type { FeedMessage, FeedRequest, NodeRow } from '@netstats/protocol/feed'
import { connect } from './peer.ts'
import type { Peer, PeerOptions } from './peer.ts'

export interface FeedReader extends Peer {
  ask(request: FeedRequest): Promise<boolean>
  /** The first message that matches, of those that came or come. */
  message(matches: (message: FeedMessage) => boolean): Promise<FeedMessage>
  /** Rows of a network as a first snapshot gives them. */
  nodes(network: string): Promise<readonly NodeRow[]>
}

export const openFeed = async (server: { readonly port: number }, options: PeerOptions = {}): Promise<FeedReader> => {
  const peer = await connect(`ws://127.0.0.1:${server.port}/feed`, options)
  const ask = (request: FeedRequest): Promise<boolean> => peer.send(JSON.stringify(request))
  const message = async (matches: (message: FeedMessage) => boolean): Promise<FeedMessage> =>
    JSON.parse(await peer.first((frame) => matches(JSON.parse(frame) as FeedMessage))) as FeedMessage
  let id = 0
  return {
    ...peer,
    ask,
    message,
    async nodes(network) {
      const mine = ++id
      const window = { sort: 'name', descending: false, filter: '', offset: 0, limit: 200, pinned: [] } as const
      await ask({ type: 'subscribe', id: mine, topic: 'nodes', network, window })
      const found = await message((one) => 'id' in one && one.id === mine)
      if (found.type !== 'snapshot' || found.topic !== 'nodes')
        throw new Error(`answered with ${JSON.stringify(found)}`)
      const { order, rows } = found.data
      return order.map((name) => rows[name]).filter((row) => row !== undefined)
    },
    [Symbol.dispose]: () => peer[Symbol.dispose](),
  }
}
