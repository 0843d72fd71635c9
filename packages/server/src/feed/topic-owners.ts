/**
 * Whose a topic is, and when it goes. One that not every dashboard opens is in the share of an address: of the one that
 * opened it, and when that looks no longer, of another that does. One that nobody follows sleeps for a while before it goes.
 */
import type { PoolRefusal } from '@netstats/sdk/limits'
import { looksAStep } from './registry-state.ts'
import type { RegistryState } from './registry-state.ts'
import type { SharedTopic } from './shared-topics.ts'

export const own = ({ pool }: RegistryState, shared: SharedTopic, origin: string): void => {
  if (shared.owner !== undefined) pool.leave(shared.owner)
  pool.enter(origin)
  shared.owner = origin
  shared.owners = 0
  for (const viewer of shared.members.keys()) if (viewer.origin === origin) shared.owners++
}

/** Why an address can have no more topics of its own; one that sleeps makes room. */
export const refusalOf = (state: RegistryState, origin: string): PoolRefusal | undefined => {
  const refusal = state.pool.refusal(origin)
  return refusal !== undefined && dropDormant(state, origin) ? undefined : refusal
}

export const memberJoined = (state: RegistryState, shared: SharedTopic, origin: string): void => {
  if (shared.dormantSince !== undefined) state.topics.wake(shared)
  if (shared.owner === origin) shared.owners++
  // It slept, and anyone who it belonged to has not come back.
  else if (shared.owner !== undefined && shared.owners === 0) own(state, shared, origin)
}

export const memberLeft = (state: RegistryState, shared: SharedTopic, origin: string): void => {
  if (shared.owner === origin) shared.owners--
  const [next] = shared.members.keys()
  if (next === undefined) state.topics.sleep(shared, state.options.monotonic())
  else if (shared.owner === origin && shared.owners === 0) own(state, shared, next.origin)
}

export const bury = ({ topics, pool }: RegistryState, shared: SharedTopic): void => {
  topics.remove(shared)
  if (shared.owner !== undefined) pool.leave(shared.owner)
  shared.state[Symbol.dispose]()
}

export const buryDormant = (state: RegistryState): void => {
  const { topics, options } = state
  const now = options.monotonic()
  for (const shared of topics.dormant) {
    if (now - (shared.dormantSince ?? now) < options.limits.dormantMs) break
    bury(state, shared)
  }
}

/** Gives up one that sleeps for one that is wanted now: one of the same address, else any where that one has not its share. */
const dropDormant = (state: RegistryState, origin: string): boolean => {
  const { topics, pool, options } = state
  const hasShare = pool.of(origin) >= options.limits.topicsPerAddress
  let oldest: SharedTopic | undefined
  let looked = 0
  for (const shared of topics.dormant) {
    if (shared.owner === origin) return (bury(state, shared), true)
    if (shared.owner !== undefined) oldest ??= shared
    if (++looked === looksAStep) break
  }
  if (oldest === undefined || hasShare) return false
  bury(state, oldest)
  return true
}
