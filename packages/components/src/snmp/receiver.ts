/** Takes traps and informs from the network: what comes is bounded and counted before the library sees any of it. */
import { once } from 'node:events'
import type { RemoteInfo, Socket } from 'node:dgram'
import { createHash } from 'node:crypto'
import type { Secret, ListenAddress } from '@netstats/sdk/config'
import { formatListenAddress } from '@netstats/sdk/config'
import type { Clock } from '@netstats/sdk'
import type { SnmpUser } from './access.ts'
import { createAdmission } from './admission.ts'
import { SnmpError } from './errors.ts'
import { guardedDgram } from './guarded-socket.ts'
import { pduTags, readHeader } from './header.ts'
import type { SnmpVersion } from './header.ts'
import { answerAsEngine } from './receiver-engine.ts'
import type { EngineOfLibrary } from './receiver-engine.ts'
import { boundKeys, libraryUser } from './library.ts'
import type { SnmpLibrary, Varbind } from './library.ts'
import { createTimeliness, digestOf } from './timeliness.ts'

/** Why a packet was not taken. */
export const refusals = ['oversized', 'rate', 'malformed', 'access', 'unexpected', 'replayed', 'full'] as const
export type Refusal = (typeof refusals)[number]

/** A trap or an inform that was let in. */
export interface SnmpNotification {
  /** Address it came from; an agent that it was passed on for is not known. */
  readonly from: string
  readonly version: SnmpVersion
  readonly oid: string
  readonly varbinds: readonly Varbind[]
  /** Tells an inform that it arrived, so that its sender does not repeat it; of a trap nobody wants to know. */
  acknowledge(): void
}

export interface ReceiverOptions {
  readonly listen: ListenAddress
  readonly communities: readonly Secret[]
  readonly users: readonly SnmpUser[]
  /** Longer datagrams are refused. */
  readonly maxPacketBytes: number
  /** Packets a second that one address may send, on average. */
  readonly ratePerAddress: number
  /** Whether what is not of now, or was here before, is refused as `replayed`; of version 3 and with keys only. */
  readonly refuseReplays: boolean
  readonly clock: Clock
  /** False where there is no room for it: it is refused as `full`, and an inform is not acknowledged. */
  readonly onNotification: (notification: SnmpNotification) => boolean
  readonly onRefused: (reason: Refusal, from: string) => void
}

export interface SnmpReceiver extends AsyncDisposable {
  readonly address: ListenAddress
}

/** What the library gives of a message. */
interface Received {
  readonly pdu: {
    readonly type: number
    readonly id?: number
    readonly varbinds: readonly Varbind[]
    readonly user?: string
    readonly enterprise?: string
    readonly generic?: number
    readonly specific?: number
  }
}

interface LibraryReceiver extends EngineOfLibrary {
  getAuthorizer(): { addCommunity(name: string): void; addUser(user: unknown): void }
  readonly listener: EngineOfLibrary['listener'] & { readonly sockets: Readonly<Record<string, Socket>> }
  close(): void
}

const trapOid = '1.3.6.1.6.3.1.1.4.1.0'
const generic = '1.3.6.1.6.3.1.1.5'

export const openSnmpReceiver = async (library: SnmpLibrary, options: ReceiverOptions): Promise<SnmpReceiver> => {
  const { listen, communities, users, maxPacketBytes, onNotification, onRefused } = options
  const admission = createAdmission(options)
  const { informs } = admission
  /** What the library made of the datagram at hand: it works on one within one call. */
  let made: Received | Error | undefined
  let answers: (() => void)[] = []
  const ownEngine = engineOf(listen)
  const timeliness = createTimeliness(options.clock)
  /** Of the datagram at hand: it is for this engine, and not of now. */
  let isLate = false

  const receive = (bytes: Buffer, from: RemoteInfo, handle: () => void): void => {
    const address = plainAddress(from.address)
    if (bytes.length > maxPacketBytes) return onRefused('oversized', address)
    if (!admission.admits(address)) return onRefused('rate', address)
    const header = readHeader(bytes)
    if (header === undefined) return onRefused('malformed', address)
    if (header.version === '3' && !admission.admitsEngine(header.engine)) return onRefused('rate', address)
    made = undefined
    answers = []
    const isOwn = header.engine === ownEngine.toString('hex')
    const isChecked = options.refuseReplays && header.isAuthenticated
    isLate = isChecked && isOwn && !timeliness.isTimely(header)
    try {
      handle()
    } catch {
      return onRefused('malformed', address)
    }
    const held = answers
    const send = (): void => {
      for (const answer of held.splice(0)) answer()
    }
    const result = made as Received | Error | undefined
    // A report, which is how a sender of version 3 gets to know this engine.
    if (result === undefined) return send()
    if (result instanceof Error) return onRefused(refusalOf(result), address)
    // The library lets in everybody who names no user and brings no keys.
    if (header.version === '3' && !users.some(({ name }) => name === result.pdu.user))
      return onRefused('access', address)
    if (isLate) {
      // The sender is told this engine's time, and sends it again.
      send()
      return onRefused('replayed', address)
    }
    if (isChecked && !isOwn && !timeliness.takes(header.engine, header, bytes)) return onRefused('replayed', address)
    const id = `${address} ${from.port} ${result.pdu.id}`
    const message = isChecked ? digestOf(bytes) : undefined
    const inform = result.pdu.type === pduTags.inform ? { id, message } : undefined
    const state = inform === undefined ? 'new' : informs.stateOf(inform)
    if (state === 'acknowledged') return send()
    if (state === 'waiting') return
    if (state === 'replayed') return onRefused('replayed', address)
    const acknowledge = (): void => {
      if (inform !== undefined) informs.acknowledge(inform)
      send()
    }
    const notification = notificationOf(result, address, header.version, acknowledge)
    if (notification === undefined) return onRefused('malformed', address)
    if (inform !== undefined) informs.take(inform)
    if (onNotification(notification)) return
    if (inform !== undefined) informs.forget(inform)
    onRefused('full', address)
  }

  boundKeys(library)
  const dgramModule = guardedDgram({ receive, send: (answer) => answers.push(answer), bind: listen })
  const transport = listen.host.includes(':') ? 'udp6' : 'udp4'
  const place = { transport, address: listen.host, port: listen.port, dgramModule } as const
  const receiver = library.createReceiver(
    { ...place, engineID: ownEngine, includeAuthentication: true },
    (error: Error | null, received: Received) => void (made = error ?? received),
  ) as LibraryReceiver
  answerAsEngine(receiver, { timeliness, isLate: () => isLate })
  const authorizer = receiver.getAuthorizer()
  for (const community of communities) authorizer.addCommunity(community.reveal())
  for (const user of users) authorizer.addUser(libraryUser(library, user))
  return bound(receiver, listen)
}

/** Once it listens. */
const bound = async (receiver: LibraryReceiver, listen: ListenAddress): Promise<SnmpReceiver> => {
  const [socket] = Object.values(receiver.listener.sockets)
  if (socket === undefined) throw new SnmpError('SNMP_LISTEN', 'the library opened no socket')
  try {
    await once(socket, 'listening')
  } catch (error) {
    throw new SnmpError('SNMP_LISTEN', `cannot listen on ${formatListenAddress(listen)}: ${reasonFor(error)}`, {
      cause: error,
    })
  }
  const { address, port } = socket.address()
  return {
    address: { host: address, port },
    async [Symbol.asyncDispose]() {
      try {
        receiver.close()
      } catch {
        // Closed already.
      }
    },
  }
}

const reasonFor = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EACCES') return 'ports below 1024 need the right to open them (CAP_NET_BIND_SERVICE)'
  if (code === 'EADDRINUSE') return 'another program has that port; snmptrapd is a usual one'
  return message
}

/** Stays the same over restarts: senders keep it with their keys. */
const engineOf = (listen: ListenAddress): Buffer => {
  const digest = createHash('sha256')
    .update(`receiver ${formatListenAddress(listen)}`)
    .digest()
  return Buffer.concat([Buffer.from('80007ed980', 'hex'), digest.subarray(0, 12)])
}

const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '')

/** By the library's classes of errors; their texts name communities and digests, and go nowhere. */
const refusalOf = ({ name, message }: Error): Refusal => {
  if (name === 'ProcessingError') return 'malformed'
  if (name === 'RequestFailedError') return 'access'
  if (name === 'ResponseInvalidError') return /decrypt|digest/i.test(message) ? 'access' : 'malformed'
  return 'unexpected'
}

const oidForm = /^\d+(?:\.\d+){1,127}$/

/** What was notified of, with the OID that version 2 would have for a trap of version 1 (RFC 3584, 3.1). */
const notificationOf = (
  { pdu }: Received,
  from: string,
  version: SnmpVersion,
  acknowledge: () => void,
): SnmpNotification | undefined => {
  const varbinds = pdu.varbinds.filter(({ value }) => value !== null && value !== undefined)
  if (pdu.type === pduTags.trapV1) {
    const { enterprise = '', generic: number = -1, specific = 0 } = pdu
    const oid = number >= 0 && number < 6 ? `${generic}.${number + 1}` : `${enterprise}.0.${specific}`
    return oidForm.test(oid) ? { from, version, oid, varbinds, acknowledge } : undefined
  }
  const named = varbinds.find(({ oid }) => oid === trapOid)?.value
  if (typeof named !== 'string' || !oidForm.test(named)) return undefined
  return { from, version, oid: named, varbinds, acknowledge }
}
