/** What the parts of the feed's hub share, and how they speak to a viewer. */
import type { FeedMessage } from '@netstats/protocol/feed'
import type { FairPool } from '@netstats/sdk/limits'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { OpenAlarms } from '../alarms/alarms-model.ts'
import type { Core } from '../shard/shard-model.ts'
import type { ChangeSet } from '../shard/change-set.ts'
import type { FeedLimits } from './feed-limits.ts'
import type { FeedMeters } from './meters.ts'
import type { Monotonic } from './network-state.ts'
import type { Recorded } from './recorded-sources.ts'
import type { RequestFault } from './requests.ts'
import type { Registry } from './topic-registry.ts'
import type { Viewer } from './viewer.ts'

export interface HubOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  readonly takeDirty: (network: string) => ChangeSet
  /** Names this life of the server: resume points of another are worth nothing. */
  readonly epoch: string
  readonly version: string
  readonly limits: FeedLimits
  readonly recorded?: Recorded | undefined
  /** What rules have found; without it, there are no alarms. */
  readonly alarms?: OpenAlarms | undefined
  readonly meters: FeedMeters
  readonly now: () => number
  readonly monotonic: Monotonic
  /** Does work that comes in pieces, one after the other and each to its end; by default all of it at once. */
  readonly run?: (work: () => WorkSteps) => void
}

export interface HubState {
  readonly options: HubOptions
  readonly registry: Registry
  readonly viewers: Set<Viewer>
  /** Places of viewers. */
  readonly pool: FairPool
  nextTickAt: number
}

export type Fault = Omit<RequestFault, 'code'> & { readonly code: string }

/** Sends and looks, of viewers, that make a piece of work. */
export const viewersAStep = 50

type Output = Pick<HubState, 'options'>

export const isBehind = ({ options }: Output, viewer: Viewer): boolean =>
  viewer.sink.buffered > options.limits.bufferedBytes

export const send = ({ options }: Output, viewer: Viewer, type: FeedMessage['type'], frame: Buffer): void => {
  viewer.sink.send(frame)
  countSent(options, type, 1, frame)
}

/** `count` viewers were sent the same frame. */
export const countSent = (
  { meters }: HubOptions,
  type: FeedMessage['type'],
  count: number,
  { length }: Buffer,
): void => {
  meters.count('frames_sent', { type }, count)
  meters.count('bytes_sent', {}, count * length)
}

export const say = (hub: Output, viewer: Viewer, message: FeedMessage): void => {
  // Small talk is not worth a place behind a backlog.
  if (isBehind(hub, viewer)) return
  hub.options.meters.count('encodes', { type: message.type }, 1)
  send(hub, viewer, message.type, Buffer.from(JSON.stringify(message)))
}

export const fail = (hub: Output, viewer: Viewer, fault: Fault): void => {
  hub.options.meters.count('errors', { code: fault.code }, 1)
  say(hub, viewer, { type: 'error', ...fault })
}
