/** How much one address may send, and how many engines may be met: what a flood can use up is bounded. */
import type { Clock } from '@netstats/sdk'
import { createBoundedMap, createTokenBucket, originOf, takeTokens } from '@netstats/sdk/limits'
import type { TokenBucket } from '@netstats/sdk/limits'

export interface AdmissionOptions {
  readonly ratePerAddress: number
  readonly clock: Clock
}

export interface Admission {
  /** Whether the address, of IPv6 its /64, may send one more now. */
  admits(address: string): boolean
  /**
   * Whether a message may name this engine. Making the keys of one that is not known yet costs milliseconds, and anybody
   * who knows the name of a user can make up engines.
   */
  admitsEngine(engine: string): boolean
  readonly informs: InformMemory
  /** The same for whole messages with keys: one that another address sends again was recorded. */
  readonly messages: InformMemory
}

/** One whose answer was lost, or is not there yet, is sent again. */
export interface InformMemory {
  stateOf(id: string): 'new' | 'waiting' | 'acknowledged'
  /** It waits to be stored. */
  take(id: string): void
  acknowledge(id: string): void
  /** It found no room: when it comes again it is new. */
  forget(id: string): void
}

/** Addresses that are remembered; of more the one that sent least recently is forgotten, with what it had left. */
const mostAddresses = 4096
const mostEngines = 1000
const newEngines = { perSecond: 5, burst: 50 }
/** Senders give up sooner, and begin again with their numbers later. */
const repeatedWithinMs = 60_000
const mostInforms = 4096
/** Twice the time window of an engine: what is older is refused for its time. */
const rememberedMs = 300_000

export const createAdmission = ({ ratePerAddress, clock }: AdmissionOptions): Admission => {
  const rate = { perSecond: ratePerAddress, burst: ratePerAddress * 2 }
  const addresses = createBoundedMap<string, TokenBucket>(mostAddresses)
  const engines = createBoundedMap<string, true>(mostEngines)
  const meetings = createTokenBucket(newEngines, clock.monotonic())

  return {
    admits(address) {
      const now = clock.monotonic()
      const origin = originOf(address)
      const bucket = addresses.get(origin) ?? createTokenBucket(rate, now)
      addresses.touch(origin, bucket)
      return takeTokens(bucket, rate, now)
    },
    admitsEngine(engine) {
      if (engine === '') return true
      if (!engines.has(engine) && !takeTokens(meetings, newEngines, clock.monotonic())) return false
      engines.touch(engine, true)
      return true
    },
    informs: createInformMemory(clock, repeatedWithinMs),
    messages: createInformMemory(clock, rememberedMs),
  }
}

const createInformMemory = (clock: Clock, withinMs: number): InformMemory => {
  const seen = createBoundedMap<string, { readonly at: number; readonly isAcknowledged: boolean }>(mostInforms)
  return {
    stateOf(id) {
      const one = seen.get(id)
      if (one === undefined || clock.monotonic() - one.at > withinMs) return 'new'
      return one.isAcknowledged ? 'acknowledged' : 'waiting'
    },
    take: (id) => seen.touch(id, { at: clock.monotonic(), isAcknowledged: false }),
    acknowledge: (id) => seen.touch(id, { at: clock.monotonic(), isAcknowledged: true }),
    forget: (id) => void seen.delete(id),
  }
}
