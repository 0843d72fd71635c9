/**
 * All channels: finds the one that equal topics share, keeps it connected with its network, lets it sleep and die, and
 * publishes what is due within the time it may take. Windows take turns, so that none starves when there are too many.
 */
import type { Topic } from '@netstats/protocol/feed'
import { refill } from '../ingest/token-bucket.ts'
import type { Rate, TokenBucket } from '../ingest/token-bucket.ts'
import type { Core, Dirty } from '../shard/model.ts'
import { blockSource, blocksSource } from './block-sources.ts'
import { createChannel } from './channel.ts'
import type { AnySource, Channel } from './channel.ts'
import type { Filter } from './filter.ts'
import type { FeedLimits } from './limits.ts'
import { createNetworkState } from './network-state.ts'
import type { Monotonic, NetworkState } from './network-state.ts'
import { mapSource } from './map-source.ts'
import { nodeSource, nodesSource } from './node-sources.ts'
import { timed } from './pieces.ts'
import type { Pieces } from './pieces.ts'
import type { Membership, Reader } from './reader.ts'
import { topicKey } from './requests.ts'
import { networksSource, summarySource } from './source.ts'

export interface Room {
  readonly channel: Channel
  readonly filter: Filter | undefined
  readonly members: Map<Reader, Membership>
  /** When the last member left, monotonic; undefined while there is one. */
  dormantSince: number | undefined
}

export interface RegistryOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  /** What changed in a network since the last call. */
  readonly takeDirty: (network: string) => Dirty
  readonly limits: FeedLimits
  readonly now: () => number
  readonly monotonic: Monotonic
  /** A channel has a new delta, to be sent to its members in pieces. */
  readonly onDelta: (room: Room, frame: Buffer) => Pieces
  /** A channel lost what it showed; `known`: its network was replaced and another snapshot follows. */
  readonly onLost: (room: Room, known: boolean) => void
  readonly onWork: (ms: number) => void
  /** Somebody waits for a first answer that takes longer work: `firsts` is to be done soon. */
  readonly onWanted: () => void
}

export interface Registry extends Disposable {
  readonly rooms: ReadonlyMap<string, Room>
  /** The room of a topic, woken and brought up to date where time allows; undefined where there are too many. */
  enter(topic: Topic, filter: Filter | undefined): Room | undefined
  /** To be called when the last member may have left. */
  left(room: Room): void
  /** Publishes what is due. Its work and that of `firsts` are not to be mixed. */
  round(): Pieces
  /** First answers that are waited for; gives the rooms that have one now. */
  firsts(): Pieces<readonly Room[]>
  readonly sortedTables: number
}

export const createRegistry = (options: RegistryOptions): Registry => {
  const { core, limits, monotonic } = options
  const networks = new Map<string, NetworkState>()
  const rooms = new Map<string, Room>()
  const wanted = new Set<Room>()
  // A quarter of a second's worth at once: more would be one long pause for everything else in the process.
  const work: Rate = { perSecond: 1000 * limits.workShare, burst: 250 * limits.workShare }
  const budget: TokenBucket = { tokens: work.burst, at: monotonic() }
  let channelNumber = 0
  let turn = 0

  const mayWork = (): boolean => refill(budget, work, monotonic()) > 0

  const spend = (ms: number): void => {
    budget.tokens -= ms
    options.onWork(ms)
  }

  const publish = (room: Room): Pieces => timed(published(room), monotonic, spend)

  const published = function* (room: Room): Pieces {
    yield* room.channel.prepare()
    // It may have gone, or lost its network, while others had their turn.
    if (rooms.get(room.channel.key) !== room) return
    const frame = room.channel.publish(options.now(), monotonic())
    if (frame !== undefined) yield* options.onDelta(room, frame)
  }

  const attach = (room: Room): void => room.channel.attach(sourceOf(room.channel.topic, room.filter, networks))

  const syncNetworks = (): void => {
    const present = new Set<string>()
    for (const view of core.networks()) {
      present.add(view.key)
      if (networks.get(view.key)?.view === view) continue
      networks.set(view.key, createNetworkState(view, monotonic))
      for (const room of roomsOf(rooms, view.key)) {
        const wasLive = room.channel.live
        attach(room)
        if (wasLive) options.onLost(room, true)
      }
    }
    for (const key of networks.keys()) {
      if (present.has(key)) continue
      networks.delete(key)
      for (const room of roomsOf(rooms, key)) {
        room.channel.attach(undefined)
        options.onLost(room, false)
      }
    }
  }

  const takeDirty = function* (): Pieces {
    for (const [key, network] of networks) {
      const dirty = options.takeDirty(key)
      yield* network.apply(dirty)
      for (const room of roomsOf(rooms, key)) room.channel.note(dirty)
    }
  }

  const publishDue = function* (): Pieces {
    const now = monotonic()
    const windows: Room[] = []
    const others: Room[] = []
    for (const room of rooms.values()) {
      if (room.dormantSince !== undefined || !room.channel.due(now)) continue
      if (room.channel.topic.topic === 'nodes') windows.push(room)
      else others.push(room)
    }
    for (const room of others) {
      yield* publish(room)
      yield
    }
    for (const room of inTurn(windows, turn)) {
      if (!mayWork()) break
      yield* publish(room)
      if (room.channel.live) turn = room.channel.number
      yield
    }
  }

  const bury = (room: Room): void => {
    rooms.delete(room.channel.key)
    room.channel[Symbol.dispose]()
  }

  const buryDormant = (): void => {
    const now = monotonic()
    for (const room of rooms.values()) {
      if (room.dormantSince !== undefined && now - room.dormantSince >= limits.dormantMs) bury(room)
    }
  }

  const open = (key: string, topic: Topic, filter: Filter | undefined): Room | undefined => {
    if (rooms.size >= limits.channels) {
      // Rooms are in the order they were opened: the first that sleeps is given up for the one that is wanted now.
      const dormant = rooms.values().find((room) => room.dormantSince !== undefined)
      if (dormant === undefined) return undefined
      bury(dormant)
    }
    const channel = createChannel(++channelNumber, key, topic, limits.ring)
    const room: Room = { channel, filter, members: new Map(), dormantSince: monotonic() }
    rooms.set(key, room)
    attach(room)
    return room
  }

  /** A room that wakes has nobody to send a delta to; what it shows is brought up to date, at once where that is short work. */
  const begin = (room: Room): void => {
    if (room.channel.ready) {
      const startedAt = monotonic()
      room.channel.publish(options.now(), startedAt)
      spend(monotonic() - startedAt)
    } else {
      wanted.add(room)
      options.onWanted()
    }
  }

  return {
    rooms,
    enter(topic, filter) {
      const key = topicKey(topic, filter)
      const room = rooms.get(key) ?? open(key, topic, filter)
      if (room !== undefined && room.dormantSince !== undefined) {
        room.dormantSince = undefined
        if (mayWork() && room.channel.due(monotonic())) begin(room)
      }
      return room
    },
    left(room) {
      if (room.members.size === 0) room.dormantSince ??= monotonic()
    },
    *round() {
      syncNetworks()
      yield* takeDirty()
      yield* publishDue()
      buryDormant()
    },
    *firsts() {
      const began: Room[] = []
      for (const room of wanted) {
        wanted.delete(room)
        if (room.dormantSince !== undefined || rooms.get(room.channel.key) !== room) continue
        yield* publish(room)
        if (room.channel.live) began.push(room)
        yield
      }
      return began
    },
    get sortedTables() {
      return networks.values().reduce((sum, network) => sum + network.indexes, 0)
    },
    [Symbol.dispose]() {
      for (const room of rooms.values()) room.channel[Symbol.dispose]()
      rooms.clear()
    },
  }
}

const roomsOf = function* (rooms: ReadonlyMap<string, Room>, network: string): Generator<Room> {
  for (const room of rooms.values()) {
    const { topic } = room.channel
    if ('network' in topic && topic.network === network) yield room
  }
}

/** Those that show nothing yet first, then the others, beginning after the one that had its turn last. */
const inTurn = (rooms: readonly Room[], turn: number): readonly Room[] => [
  ...rooms.filter((room) => !room.channel.live),
  ...rooms.filter((room) => room.channel.live && room.channel.number > turn),
  ...rooms.filter((room) => room.channel.live && room.channel.number <= turn),
]

const sourceOf = (
  topic: Topic,
  filter: Filter | undefined,
  networks: ReadonlyMap<string, NetworkState>,
): AnySource | undefined => {
  if (topic.topic === 'networks') return networksSource(() => [...networks.values()])
  const network = networks.get(topic.network)
  if (network === undefined) return undefined
  switch (topic.topic) {
    case 'summary':
      return summarySource(network)
    case 'nodes':
      return nodesSource(network, topic.window, filter ?? { terms: [], canonical: '' })
    case 'node':
      return nodeSource(network, topic.node)
    case 'blocks':
      return blocksSource(network, topic.limit)
    case 'block':
      return blockSource(network, topic.hash)
    case 'map':
      return mapSource(network)
  }
}
