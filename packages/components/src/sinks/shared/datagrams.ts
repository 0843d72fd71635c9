/** Datagrams to one address. Nobody acknowledges them: what is lost on the way is lost. */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import type { Clock } from '@netstats/sdk'
import type { ListenAddress } from '@netstats/sdk/config'

export interface Datagrams extends AsyncDisposable {
  /**
   * Sends them one after the other. Throws where this machine cannot send, or the one there has said since the last time
   * that nobody listens.
   */
  send(datagrams: readonly Buffer[], options: { signal: AbortSignal }): Promise<void>
}

/** Names may mean another address later. */
const lookupEveryMs = 60_000
/** So long the first datagram of a socket waits for the word that nobody listens; later ones learn of it with the next. */
const refusalMs = 50

interface Link {
  readonly socket: Socket
  readonly openedAt: number
  /** What the machine there said of an earlier datagram. */
  refusal: Error | undefined
}

export const createDatagrams = (
  { host, port }: ListenAddress,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
): Datagrams => {
  let link: Link | undefined
  let isClosed = false

  const drop = (): void => {
    link?.socket.close()
    link = undefined
  }

  /** Connected, or what the machine there says would not be heard. */
  const open = async (): Promise<Link> => {
    const { address, family } = await lookup(host)
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    socket.unref()
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.connect(port, address, resolve)
    })
    socket.removeAllListeners('error')
    const opened: Link = { socket, openedAt: clock.monotonic(), refusal: undefined }
    socket.on('error', (error) => (opened.refusal = error))
    return opened
  }

  const sendOne = ({ socket }: Link, datagram: Buffer): Promise<void> =>
    new Promise((resolve, reject) => socket.send(datagram, (error) => (error ? reject(error) : resolve())))

  const sendAll = async (datagrams: readonly Buffer[], signal: AbortSignal): Promise<void> => {
    if (link !== undefined && clock.monotonic() - link.openedAt >= lookupEveryMs) drop()
    let isNew = link === undefined
    const to = (link ??= await open())
    for (const datagram of datagrams) {
      signal.throwIfAborted()
      if (to.refusal !== undefined) throw to.refusal
      await sendOne(to, datagram)
      if (isNew) await clock.sleep(refusalMs, { signal })
      isNew = false
    }
    if (to.refusal !== undefined) throw to.refusal
  }

  return {
    async send(datagrams, { signal }) {
      signal.throwIfAborted()
      if (isClosed) throw new Error('closed')
      try {
        await sendAll(datagrams, signal)
      } catch (error) {
        drop()
        throw error
      }
    },
    [Symbol.asyncDispose]() {
      isClosed = true
      drop()
      return Promise.resolve()
    },
  }
}
