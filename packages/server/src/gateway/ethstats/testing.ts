/** The ethstats protocol with a real core behind it and everything it does written down. For tests. */
import { unixMs } from '@netstats/protocol'
import type { ShedClass, UnixMs } from '@netstats/protocol'
import { createCore } from '../../shard/mod.ts'
import type { Core } from '../../shard/shard-model.ts'
import type { CoreInput } from '../../shard/inputs.ts'
import { createMemoryBus } from '../../bus/bus.ts'
import type { SessionRegistryLimits } from '../../sessions/registry-options.ts'
import { createSessionRegistry } from '../../sessions/session-registry.ts'
import type { SessionRegistry } from '../../sessions/session-registry.ts'
import { createSecretAuthenticator } from '../../sessions/secret-authenticator.ts'
import { createEthstatsProtocol } from './protocol.ts'
import type { EthstatsProtocol } from './protocol.ts'
import { createSession, defaultSessionLimits } from './ethstats-session.ts'
import type { Session, SessionEffects, SessionLimits } from './ethstats-session.ts'

export type Done =
  | { readonly type: 'send'; readonly text: string }
  | { readonly type: 'close'; readonly code: number }
  | { readonly type: 'terminate' | 'ping' }

export interface Peer extends Session {
  readonly done: Done[]
  unread: number
  throttledNow: boolean
}

export interface Stage {
  readonly protocol: EthstatsProtocol<Peer>
  readonly registry: SessionRegistry
  readonly core: Core
  readonly inputs: CoreInput[]
  readonly sheds: ShedClass[]
  open(options?: { readonly address?: string; readonly primusClient?: boolean }): Peer
  say(peer: Peer, frame: string): void
  /** Ticks once a second of `seconds`. */
  pass(seconds: number): void
  close(peer: Peer): void
  sent(peer: Peer): readonly string[]
  now(): number
  at(): UnixMs
}

export interface StageOptions {
  readonly secrets?: readonly string[]
  readonly limits?: Partial<SessionLimits>
  readonly registry?: Partial<SessionRegistryLimits>
}

const start = 1_767_225_600_000

export const createStage = ({
  secrets = ['s3cret'],
  limits: given = {},
  registry: forRegistry,
}: StageOptions = {}): Stage => {
  const limits: SessionLimits = { ...defaultSessionLimits, pingEveryMs: 20_000, ...given }
  const core = createCore({ reconnectMs: 0 })
  const inputs: CoreInput[] = []
  const sheds: ShedClass[] = []
  let elapsed = 0
  let serial = 0
  const at = (): UnixMs => unixMs(start + elapsed)
  const effects: SessionEffects<Peer> = {
    send: (peer, text) => void peer.done.push({ type: 'send', text }),
    // They wait in a queue that has tests of its own.
    pong: (peer, text) => void peer.done.push({ type: 'send', text }),
    close: (peer, code) => void peer.done.push({ type: 'close', code }),
    terminate: (peer) => void peer.done.push({ type: 'terminate' }),
    ping: (peer) => void peer.done.push({ type: 'ping' }),
    unsent: (peer) => peer.unread,
    throttle: (peer, on) => {
      peer.throttledNow = on
    },
    refused: () => undefined,
    log: () => undefined,
  }
  const registry = createSessionRegistry({
    limits: { takeoverMs: 3000, backfillTimeoutMs: 30_000, backfillSessions: 2, ...forRegistry },
    authenticator: createSecretAuthenticator(secrets),
    apply: (input) => {
      inputs.push(input)
      core.apply(input)
    },
    networkOf: (node, networkId) => core.networkOf(node, networkId),
    network: (key) => core.network(key),
  })
  const protocol = createEthstatsProtocol<Peer>({
    effects,
    limits,
    bus: createMemoryBus(registry),
    // Nothing waits here: the queue has tests of its own.
    queue: {
      offer: (peer, text, _class, when) => protocol.receive(peer, text, unixMs(when)),
      shed: (shedClass) => void sheds.push(shedClass),
      end: (peer) => protocol.finished(peer, at()),
    },
  })
  return {
    protocol,
    registry,
    core,
    inputs,
    sheds,
    open({ address = '192.0.2.1', primusClient = false } = {}) {
      const session = createSession({ serial: serial++, address, primusClient, now: elapsed, at: at() }, limits)
      const peer: Peer = Object.assign(session, { done: [], unread: 0, throttledNow: false })
      protocol.opened(peer, elapsed)
      return peer
    },
    say: (peer, frame) => protocol.frame(peer, Buffer.from(frame), at()),
    pass(seconds) {
      for (let i = 0; i < seconds; i++) {
        elapsed += 1000
        protocol.tick(elapsed, at())
        registry.tick(elapsed, at())
      }
    },
    close: (peer) => protocol.closed(peer, at()),
    sent: (peer) => peer.done.flatMap((one) => (one.type === 'send' ? [one.text] : [])),
    now: () => elapsed,
    at,
  }
}

/** What a client says of itself. */
export const helloFrame = (id: string, options: Readonly<Record<string, unknown>> = {}): string => {
  const { secret = 's3cret', net = '1337', ...info } = options
  const node = 'Geth/v1.16.3-stable/linux-amd64/go1.24.6'
  return JSON.stringify({
    emit: ['hello', { id, secret, info: { name: id, node, net, api: 'No', client: '0.1.1', ...info } }],
  })
}

export const hashOf = (number: number, branch = 0): string =>
  `0x${branch.toString(16).padStart(2, '0')}${number.toString(16).padStart(62, '0')}`

export const blockJson = (number: number): Record<string, unknown> => ({
  number,
  hash: hashOf(number),
  parentHash: hashOf(Math.max(0, number - 1)),
  timestamp: 1_767_225_600 + number * 5,
  miner: `0x${'a'.repeat(40)}`,
  gasUsed: 21_000,
  gasLimit: 30_000_000,
  difficulty: '2',
  totalDifficulty: String(number * 2),
  transactions: [{ hash: hashOf(number, 1) }],
  transactionsRoot: hashOf(number, 2),
  stateRoot: hashOf(number, 3),
  uncles: [],
})

export const emit = (event: string, payload: unknown): string => JSON.stringify({ emit: [event, payload] })
export const blockFrame = (id: string, number: number): string => emit('block', { id, block: blockJson(number) })
export const latencyFrame = (id: string): string => emit('latency', { id, latency: '7' })
export const pendingFrame = (id: string, pending = 5): string => emit('pending', { id, stats: { pending } })
export const pingFrame = (id: string, clientTime: unknown = 'now'): string => emit('node-ping', { id, clientTime })
