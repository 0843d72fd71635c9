/**
 * Who may open a connection at all: so many in all, so many from one address, so fast. It protects against a peer gone
 * wild, not against one with many addresses. Addresses without connections are forgotten when their rate has recovered.
 */
import type { Refusal } from './counts.ts'
import { createTokenBucket, refill, takeTokens } from './token-bucket.ts'
import type { Rate, TokenBucket } from './token-bucket.ts'

export interface AdmissionLimits {
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly connectRate: Rate
}

export interface Admission {
  /** Undefined: admitted, and `leave` must follow. */
  enter(address: string, now: number): Refusal | undefined
  leave(address: string): void
  /** Forgets addresses that need no watching; call it now and then. */
  sweep(now: number): void
  readonly connections: number
  readonly addresses: number
}

const maxAddresses = 100_000

export const createAdmission = (limits: AdmissionLimits): Admission => {
  const addresses = new Map<string, { count: number; readonly bucket: TokenBucket }>()
  let connections = 0
  return {
    enter(address, now) {
      if (connections >= limits.connections) return 'too-many-connections'
      let known = addresses.get(address)
      if (known === undefined) {
        if (addresses.size >= maxAddresses) return 'too-many-connections'
        known = { count: 0, bucket: createTokenBucket(limits.connectRate, now) }
        addresses.set(address, known)
      }
      if (known.count >= limits.connectionsPerAddress) return 'too-many-from-address'
      if (!takeTokens(known.bucket, limits.connectRate, now)) return 'address-rate'
      known.count++
      connections++
      return undefined
    },
    leave(address) {
      const known = addresses.get(address)
      if (known === undefined || known.count === 0) return
      known.count--
      connections--
    },
    sweep(now) {
      for (const [address, { count, bucket }] of addresses) {
        if (count === 0 && refill(bucket, limits.connectRate, now) >= limits.connectRate.burst) {
          addresses.delete(address)
        }
      }
    },
    get connections() {
      return connections
    },
    get addresses() {
      return addresses.size
    },
  }
}
