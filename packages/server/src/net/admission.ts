/**
 * Whether a WebSocket may be opened at all: bounded in all, by address and by rate. Dashboards, and agents and clients
 * that have not logged in, have pools of their own inside of that, so that neither can take the places of those that have.
 * Addresses of IPv6 count by their /64. Those without connections are forgotten when their rate has recovered.
 */
import { createFairPool, createTokenBucket, originOf, refill, takeTokens } from '@netstats/sdk/limits'
import type { PoolLimits, Rate, TokenBucket } from '@netstats/sdk/limits'
import type { Refusal } from '../bus/refusals.ts'

export interface AdmissionLimits {
  readonly connections: PoolLimits
  /** Of them, dashboards: /feed, /primus, /external. */
  readonly viewers: PoolLimits
  /** Of them, agents and clients that have not logged in. */
  readonly loggingIn: PoolLimits
  readonly connectRate: Rate
}

export type ConnectionKind = 'viewer' | 'agent'

export interface Admission {
  /** Undefined: admitted, and `leave` must follow. `connection`: any object that stands for it. */
  enter(connection: object, kind: ConnectionKind, address: string, now: number): Refusal | undefined
  /** It has logged in. */
  readonly known: (connection: object) => void
  leave(connection: object): void
  /** Forgets addresses that need no watching; call it now and then. */
  sweep(now: number): void
  readonly connections: number
  readonly addresses: number
}

const maxAddresses = 100_000

export const createAdmission = (limits: AdmissionLimits): Admission => {
  const rates = new Map<string, TokenBucket>()
  const pools = {
    all: createFairPool(limits.connections),
    viewer: createFairPool(limits.viewers),
    loggingIn: createFairPool(limits.loggingIn),
  }
  const admitted = new Map<object, { readonly origin: string; pool: 'viewer' | 'loggingIn' | undefined }>()

  const refusalOf = (origin: string, pool: 'viewer' | 'loggingIn'): Refusal | undefined => {
    const refusal = pools.all.refusal(origin) ?? pools[pool].refusal(origin)
    if (refusal === undefined) return undefined
    return refusal === 'full' ? 'too-many-connections' : 'too-many-from-address'
  }

  return {
    enter(connection, kind, address, now) {
      const origin = originOf(address)
      const pool = kind === 'viewer' ? 'viewer' : 'loggingIn'
      const refusal = refusalOf(origin, pool)
      if (refusal !== undefined) return refusal
      let rate = rates.get(origin)
      if (rate === undefined) {
        if (rates.size >= maxAddresses) return 'too-many-connections'
        rate = createTokenBucket(limits.connectRate, now)
        rates.set(origin, rate)
      }
      if (!takeTokens(rate, limits.connectRate, now)) return 'address-rate'
      pools.all.enter(origin)
      pools[pool].enter(origin)
      admitted.set(connection, { origin, pool })
      return undefined
    },
    known(connection) {
      const place = admitted.get(connection)
      if (place?.pool !== 'loggingIn') return
      pools.loggingIn.leave(place.origin)
      place.pool = undefined
    },
    leave(connection) {
      const place = admitted.get(connection)
      if (place === undefined) return
      admitted.delete(connection)
      pools.all.leave(place.origin)
      if (place.pool !== undefined) pools[place.pool].leave(place.origin)
    },
    sweep(now) {
      for (const [origin, bucket] of rates) {
        const isAway = pools.all.of(origin) === 0
        if (isAway && refill(bucket, limits.connectRate, now) >= limits.connectRate.burst) rates.delete(origin)
      }
    },
    get connections() {
      return pools.all.taken
    },
    get addresses() {
      return rates.size
    },
  }
}
