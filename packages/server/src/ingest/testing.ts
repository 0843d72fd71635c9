/** The ingest machine with a real core behind it and everything it does written down. For tests. */
import { unixMs } from '@netstats/protocol'
import type { ShedClass, UnixMs } from '@netstats/protocol'
import { createCore } from '../shard/mod.ts'
import type { Core, CoreInput } from '../shard/model.ts'
import { createDesk } from '../desk/desk.ts'
import type { Desk, DeskLimits } from '../desk/desk.ts'
import { createSecretGate } from '../desk/secret-gate.ts'
import { createIngestMachine } from './machine.ts'
import type { IngestMachine } from './machine.ts'
import { createSession, defaultSessionLimits } from './session.ts'
import type { Session, SessionEffects, SessionLimits } from './session.ts'

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
  readonly machine: IngestMachine<Peer>
  readonly desk: Desk
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
  readonly desk?: Partial<DeskLimits>
}

const start = 1_767_225_600_000

export const createStage = ({ secrets = ['s3cret'], limits: given = {}, desk: forDesk }: StageOptions = {}): Stage => {
  const limits: SessionLimits = { ...defaultSessionLimits, pingEveryMs: 20_000, ...given }
  const core = createCore()
  const inputs: CoreInput[] = []
  const sheds: ShedClass[] = []
  let elapsed = 0
  let serial = 0
  const at = (): UnixMs => unixMs(start + elapsed)
  const effects: SessionEffects<Peer> = {
    send: (peer, text) => void peer.done.push({ type: 'send', text }),
    close: (peer, code) => void peer.done.push({ type: 'close', code }),
    terminate: (peer) => void peer.done.push({ type: 'terminate' }),
    ping: (peer) => void peer.done.push({ type: 'ping' }),
    unsent: (peer) => peer.unread,
    // Nothing waits here: the queue has tests of its own.
    queue: (peer, text, _class, when) => machine.settle(peer, text, unixMs(when)),
    throttle: (peer, on) => {
      peer.throttledNow = on
    },
    shed: (shedClass) => void sheds.push(shedClass),
    end: (peer) => machine.finished(peer, at()),
    log: () => undefined,
  }
  const desk = createDesk({
    limits: { takeoverMs: 3000, historyTimeoutMs: 30_000, historySessions: 2, ...forDesk },
    gate: createSecretGate(secrets),
    apply: (input) => {
      inputs.push(input)
      core.apply(input)
    },
    networkOf: (node, networkId) => core.networkOf(node, networkId),
    network: (key) => core.network(key),
  })
  const machine = createIngestMachine<Peer>({ effects, limits, connect: (down) => desk.open(down).up })
  return {
    machine,
    desk,
    core,
    inputs,
    sheds,
    open({ address = '192.0.2.1', primusClient = false } = {}) {
      const session = createSession({ serial: serial++, address, primusClient, now: elapsed, at: at() }, limits)
      const peer: Peer = Object.assign(session, { done: [], unread: 0, throttledNow: false })
      machine.opened(peer, elapsed)
      return peer
    },
    say: (peer, frame) => machine.frame(peer, Buffer.from(frame), at()),
    pass(seconds) {
      for (let i = 0; i < seconds; i++) {
        elapsed += 1000
        machine.tick(elapsed, at())
        desk.tick(elapsed, at())
      }
    },
    close: (peer) => machine.closed(peer, at()),
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
