/** The bus between processes of one server: each gateway has a local socket of its own to the core. */
import type { Duplex } from 'node:stream'
import { unixMs } from '@netstats/protocol'
import type { CoreCommand, GatewayMessage } from '../bus-messages.ts'
import type { Bus, GatewayAcceptor } from '../bus.ts'
import { createCommandDecoder, createMessageDecoder } from './codec.ts'
import type { OnUnknown } from './codec.ts'
import { createLink } from './link.ts'

interface SocketEnd {
  readonly socket: Duplex
  /** What came could not be read, or the socket failed; the link is over. */
  readonly onBroken: (error: unknown) => void
  /** Called with what a newer process has sent and this one does not know. */
  readonly onUnknown: OnUnknown
}

export interface GatewaySocketOptions extends SocketEnd {
  /** The core keeps up no more, or again. */
  readonly onFull?: (full: boolean) => void
}

/** The gateway's end. */
export const createSocketBus = ({ socket, onBroken, onUnknown, onFull }: GatewaySocketOptions): Bus => ({
  connect: (onCommand) =>
    createLink<CoreCommand>({
      socket,
      decoder: createCommandDecoder(onUnknown),
      onMessage: onCommand,
      onBroken,
      onFull,
    }),
})

export interface CoreSocketOptions extends SocketEnd {
  readonly core: GatewayAcceptor
}

/** The core's end. Resolves when the gateway is gone and all that it has sent was received. */
export const acceptSocket = ({ socket, core, onBroken, onUnknown }: CoreSocketOptions): Promise<void> => {
  const over = new Promise<void>((resolve) => {
    socket.once('end', resolve)
    socket.once('close', resolve)
  })
  const send = createLink<GatewayMessage>({
    socket,
    decoder: createMessageDecoder(onUnknown),
    onMessage: (message) => link.receive(message),
    onBroken,
  })
  const link = core.open(send)
  return over.then(() => {
    link.lost(unixMs(Date.now()))
    socket.destroy()
  })
}
