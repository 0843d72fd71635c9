/** What viewers follow: they join topics and leave them, and are given snapshots, deltas and what they missed. */
import type { FeedRequest } from '@netstats/protocol/feed'
import type { PoolRefusal } from '@netstats/sdk/limits'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { Filter } from './filter.ts'
import { countSent, fail, isBehind, send, viewersAStep } from './hub-state.ts'
import type { HubOptions, HubState } from './hub-state.ts'
import { networkOf } from './shared-topics.ts'
import type { SharedTopic } from './shared-topics.ts'
import type { Membership, Viewer } from './viewer.ts'

/** What subscriptions need of the hub. */
export type SubscriptionsState = Pick<HubState, 'options' | 'registry'>

type Subscribe = Extract<FeedRequest, { type: 'subscribe' }>

const noTopic: Readonly<Record<PoolRefusal, { readonly code: string; readonly message: string }>> = {
  full: {
    code: 'FEED_CHANNELS_FULL',
    message: 'Too many different views are open on this server; try again later or ask for one others look at.',
  },
  share: {
    code: 'FEED_ADDRESS_CHANNELS_FULL',
    message: 'Your address has as many different views open as it may have; close some of them first.',
  },
}

export const subscribe = (
  hub: SubscriptionsState,
  viewer: Viewer,
  request: Subscribe,
  filter: Filter | undefined,
): void => {
  const { options, registry } = hub
  const { id, resume } = request
  if (!viewer.subscriptions.has(id) && viewer.subscriptions.size >= options.limits.subscriptions) {
    fail(hub, viewer, {
      id,
      code: 'FEED_SUBSCRIPTIONS_FULL',
      message: `At most ${options.limits.subscriptions} subscriptions a connection; unsubscribe from one first.`,
    })
    return
  }
  const { type: _type, id: _id, resume: _resume, ...topic } = request
  // Entering before leaving keeps a state awake that is asked for again under the same id.
  const shared = registry.enter(topic, filter, viewer.origin)
  unsubscribe(hub, viewer, id)
  if (typeof shared === 'string') return fail(hub, viewer, { id, ...noTopic[shared] })
  const membership = join(hub, viewer, id, shared)
  if (resume !== undefined && resumeTopic(hub, viewer, membership, id, resume)) return
  const network = networkOf(topic)
  if (!shared.state.live && network !== undefined && options.core.network(network) === undefined)
    tellUnknown(hub, viewer, shared, [id])
  sendSnapshot(hub, viewer, membership, id)
}

export const unsubscribe = ({ registry }: SubscriptionsState, viewer: Viewer, id: number): void => {
  const state = viewer.subscriptions.get(id)
  const membership = state && viewer.memberships.get(state)
  if (state === undefined || membership === undefined) return
  viewer.subscriptions.delete(id)
  membership.ids.delete(id)
  if (membership.ids.size > 0) return
  viewer.memberships.delete(state)
  const shared = registry.topics.get(state.key)
  shared?.members.delete(viewer)
  if (shared !== undefined) registry.left(shared, viewer.origin)
}

const join = ({ registry }: SubscriptionsState, viewer: Viewer, id: number, shared: SharedTopic): Membership => {
  const membership = viewer.memberships.get(shared.state) ?? { state: shared.state, ids: new Set(), stale: false }
  membership.ids.add(id)
  viewer.memberships.set(shared.state, membership)
  viewer.subscriptions.set(id, shared.state)
  if (!shared.members.has(viewer)) {
    shared.members.set(viewer, membership)
    registry.joined(shared, viewer.origin)
  }
  return membership
}

/** Gives a viewer that comes back what it missed; false where that is gone. */
const resumeTopic = (
  hub: SubscriptionsState,
  viewer: Viewer,
  { state, stale }: Membership,
  id: number,
  resume: NonNullable<Subscribe['resume']>,
): boolean => {
  const { epoch, meters, now } = hub.options
  const isSame = resume.epoch === epoch && resume.channel === state.number && !stale
  const missed = isSame ? state.missed(resume.seq) : undefined
  meters.count('resumes', { result: missed === undefined ? 'miss' : 'hit' }, 1)
  if (missed === undefined || isBehind(hub, viewer)) return false
  send(hub, viewer, 'resumed', state.resumed(id, resume.seq, now()))
  for (const frame of missed) send(hub, viewer, 'delta', frame)
  return true
}

const sendSnapshot = (hub: SubscriptionsState, viewer: Viewer, membership: Membership, id: number): void => {
  const frame = membership.stale || isBehind(hub, viewer) ? undefined : membership.state.snapshot(id)
  if (frame === undefined) return putOff(viewer, membership)
  hub.options.meters.count('encodes', { type: 'snapshot' }, 1)
  send(hub, viewer, 'snapshot', frame)
}

/** It needs a snapshot before deltas mean anything to it. */
const putOff = (viewer: Viewer, membership: Membership): void => {
  membership.stale = true
  viewer.owed = true
}

/** Gives snapshots to a viewer that was put off and has drained. */
export const sendOwed = (hub: SubscriptionsState, viewer: Viewer): void => {
  if (viewer.sink.buffered > hub.options.limits.bufferedBytes / 2) return
  let owed = false
  for (const membership of viewer.memberships.values()) {
    if (!membership.stale) continue
    if (!membership.state.live || isBehind(hub, viewer)) {
      owed = true
      continue
    }
    membership.stale = false
    for (const id of membership.ids) sendSnapshot(hub, viewer, membership, id)
    owed ||= membership.stale
  }
  viewer.owed = owed
}

export const sendDelta = function* (options: HubOptions, shared: SharedTopic, frame: Buffer): WorkSteps {
  options.meters.count('encodes', { type: 'delta' }, 1)
  let sent = 0
  let looked = 0
  // Who joins meanwhile has a snapshot of what this delta leads to, and leaves it aside.
  for (const [viewer, membership] of shared.members) {
    if (++looked % viewersAStep === 0) yield
    if (membership.stale) continue
    if (isBehind({ options }, viewer)) {
      putOff(viewer, membership)
      options.meters.count('conflations', {}, 1)
    } else {
      viewer.sink.send(frame)
      sent++
    }
  }
  if (sent > 0) countSent(options, 'delta', sent, frame)
}

/** A topic lost what it showed; `known`: another network of its name has it, and a snapshot follows. */
export const loseTopic = (options: HubOptions, shared: SharedTopic, known: boolean): void => {
  for (const [viewer, membership] of shared.members) {
    putOff(viewer, membership)
    if (!known) tellUnknown({ options }, viewer, shared, membership.ids)
  }
}

const tellUnknown = (
  hub: Pick<HubState, 'options'>,
  viewer: Viewer,
  { state: { topic } }: SharedTopic,
  ids: Iterable<number>,
): void => {
  const network = networkOf(topic)?.slice(0, 80) ?? ''
  for (const id of ids) {
    fail(hub, viewer, {
      id,
      code: 'FEED_NETWORK_UNKNOWN',
      message: `No network "${network}" is known here now; its state follows once a node of it appears.`,
    })
  }
}
