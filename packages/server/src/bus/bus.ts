/** What carries messages between gateways and the core: here and in another process alike (`testing/bus-contract.ts`). */
import type { UnixMs } from '@netstats/protocol'
import type { CoreCommand, GatewayMessage } from './bus-messages.ts'

export type SendMessage = (message: GatewayMessage) => void
export type SendCommand = (command: CoreCommand) => void

/** The core's side of one gateway. */
export interface GatewayLink {
  /** May send commands before it returns. */
  readonly receive: SendMessage
  /** The gateway has died: all its sessions are gone, what they said before was received. */
  readonly lost: (at: UnixMs) => void
}

/** The core's end: called once for each gateway that connects. */
export interface GatewayAcceptor {
  open(send: SendCommand): GatewayLink
}

/** The gateway's end. */
export interface Bus {
  /** Opens a link; commands for its sessions go to `onCommand`. */
  connect(onCommand: SendCommand): SendMessage
}

/** Both ends in one process: a message is a call. */
export const createMemoryBus = (core: GatewayAcceptor): Bus => ({
  connect: (onCommand) => core.open(onCommand).receive,
})
