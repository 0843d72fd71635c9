/**
 * Login: from a good hello to `ready`, which is the first frame the agent gets. geth takes anything else for a refusal.
 */
import { nodeId } from '@netstats/protocol'
import type { NodeInfo, UnixMs } from '@netstats/protocol'
import { dialectOf, writeReady } from '@netstats/protocol/ethstats'
import type { AgentMessage } from '@netstats/protocol/ethstats'
import { bump } from './counts.ts'
import { endSession, refuse } from './hall.ts'
import type { Hall } from './hall.ts'
import type { Session } from './session.ts'
import { createTokenBucket, refill, takeTokens } from './token-bucket.ts'

export type Hello = Extract<AgentMessage, { type: 'hello' }>

const maxAddresses = 10_000
const maxKnown = 20_000

const families = ['geth', 'nethermind', 'besu', 'erigon', 'reth', 'bor', 'openethereum', 'parity', 'netstats'] as const

/** The client's family, from a short list: it labels a metric. */
export const familyOf = (client: string | undefined): string => {
  const name = /^([a-z-]{1,20})/i.exec(client ?? '')?.[1]?.toLowerCase()
  return families.find((one) => one === name) ?? 'other'
}

/** An id belongs to one session in its network: two networks may both have a `node-1`. */
export const ownerKey = (networkId: string | undefined, id: string): string => `${networkId ?? ''}\n${id}`

export const login = <S extends Session>(hall: Hall<S>, session: S, hello: Hello, at: UnixMs): void => {
  const key = ownerKey(hello.info.networkId, hello.id)
  if (hall.draining) return refuse(hall, session, 'draining')
  const neighbour = `${session.address}\n${key}`
  if (lockedOut(hall, session.address, at) && !hall.known.has(neighbour)) return refuse(hall, session, 'locked-out')
  if (!hall.accepts(hello.secret)) {
    countFailure(hall, session.address, at)
    return refuse(hall, session, 'bad-secret', hello.id)
  }
  remember(hall.known, neighbour)
  const holder = hall.owners.get(key)
  if (holder === undefined || holder.state !== 'ready') {
    // Its last frames may still wait; it has left all the same, and must not leave after the new one came.
    if (holder !== undefined) announceGone(hall, holder, at)
    return admit(hall, session, hello.id, hello.info, at)
  }
  if (hall.claims.has(key)) return refuse(hall, session, 'duplicate-id', hello.id)
  session.state = 'claiming'
  hall.waiting.delete(session)
  holder.heard = false
  hall.effects.ping(holder)
  hall.claims.set(key, { challenger: session, holder, info: hello, deadline: hall.now + hall.limits.takeoverMs })
}

const admit = <S extends Session>(hall: Hall<S>, session: S, id: string, info: NodeInfo, at: UnixMs): void => {
  hall.effects.apply({ type: 'connected', at, node: id, info, address: session.address })
  const network = hall.effects.networkOf(id, info.networkId)
  if (network === undefined) return refuse(hall, session, 'network-full', id)
  hall.waiting.delete(session)
  session.state = 'ready'
  session.id = id
  session.key = ownerKey(info.networkId, id)
  session.networkId = info.networkId
  session.network = network
  session.client = info.client ?? ''
  session.family = familyOf(info.client)
  session.dialect = dialectOf(info.client, info)
  session.canAnswerHistory = info.canUpdateHistory !== false
  session.announced = true
  hall.owners.set(session.key, session)
  hall.counts.logins++
  bump(hall.counts.clients, session.family)
  hall.effects.send(session, writeReady())
  hall.effects.log(session, 'login', session.client)
}

/**
 * A second greeting of a session is news of its node. One that names another network takes the node there; where that
 * is a matter of who owns the id, the session ends, because only a login settles that.
 */
export const greetAgain = <S extends Session>(hall: Hall<S>, session: S, info: NodeInfo, at: UnixMs): void => {
  const networkId = info.networkId ?? session.networkId
  const key = ownerKey(networkId, session.id)
  if (key !== session.key) {
    const { owners, claims } = hall
    if (owners.has(key) || claims.has(key) || claims.has(session.key)) return endSession(hall, session, 'moved')
    owners.delete(session.key)
    owners.set(key, session)
    session.key = key
    session.networkId = networkId
  }
  const observation = { kind: 'node-info', node: nodeId(session.id), observedAt: at, body: info } as const
  hall.effects.apply({ type: 'observation', at, network: session.network, observation })
  followNode(hall, session)
}

/** The core may have put the session's node into another network; it ends where that one is full. */
export const followNode = <S extends Session>(hall: Hall<S>, session: S): void => {
  const network = hall.effects.networkOf(session.id, session.networkId)
  if (network === undefined) endSession(hall, session, 'moved')
  else session.network = network
}

/** The older session has answered: the newcomer goes, and may come again. */
export const holderLives = <S extends Session>(hall: Hall<S>, key: string): void => {
  const claim = hall.claims.get(key)
  if (claim === undefined) return
  hall.claims.delete(key)
  if (claim.challenger.state === 'claiming') refuse(hall, claim.challenger, 'duplicate-id', claim.info.id)
}

/** The older session is gone or never answered: the newcomer takes its place. */
export const holderGone = <S extends Session>(hall: Hall<S>, key: string, at: UnixMs): void => {
  const claim = hall.claims.get(key)
  if (claim === undefined) return
  hall.claims.delete(key)
  if (claim.challenger.state !== 'claiming') return
  if (claim.holder.state === 'ready') {
    hall.counts.takeovers++
    hall.effects.log(claim.challenger, 'takeover', claim.info.id)
    endSession(hall, claim.holder, 'superseded')
  }
  announceGone(hall, claim.holder, at)
  admit(hall, claim.challenger, claim.info.id, claim.info.info, at)
}

/** Tells the core, once, that the node has left. */
export const announceGone = <S extends Session>(hall: Hall<S>, session: S, at: UnixMs): void => {
  if (!session.announced) return
  session.announced = false
  bump(hall.counts.clients, session.family, -1)
  if (hall.owners.get(session.key) === session) hall.owners.delete(session.key)
  // When the server stops the nodes have not: nobody shall read that all of them went away.
  if (hall.draining) return
  hall.effects.apply({ type: 'disconnected', at, node: session.id, network: session.network })
}

const lockedOut = <S extends Session>(hall: Hall<S>, address: string, at: number): boolean => {
  const bucket = hall.failures.get(address)
  return bucket !== undefined && refill(bucket, hall.limits.failures, at) < 1
}

const countFailure = <S extends Session>(hall: Hall<S>, address: string, at: number): void => {
  let bucket = hall.failures.get(address)
  if (bucket === undefined) {
    bucket = createTokenBucket(hall.limits.failures, at)
    hall.failures.set(address, bucket)
    forgetOldest(hall.failures, maxAddresses)
  }
  takeTokens(bucket, hall.limits.failures, at)
}

const remember = (known: Set<string>, entry: string): void => {
  known.delete(entry)
  known.add(entry)
  forgetOldest(known, maxKnown)
}

const forgetOldest = (
  kept: { keys(): Iterable<string>; delete(key: string): boolean; size: number },
  most: number,
): void => {
  if (kept.size <= most) return
  for (const oldest of kept.keys()) {
    kept.delete(oldest)
    return
  }
}
