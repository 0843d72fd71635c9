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
}

/** `id`: its sender and number. `message`: what tells the whole message from others, where it has keys. */
export interface Inform {
  readonly id: string
  readonly message?: string | undefined
}

/** One whose answer was lost, or is not there yet, is sent again. A message that somebody else sends again was recorded. */
export interface InformMemory {
  stateOf(inform: Inform): 'new' | 'waiting' | 'acknowledged' | 'replayed'
  /** It waits to be stored. */
  take(inform: Inform): void
  acknowledge(inform: Inform): void
  /** It found no room: when it comes again it is new. */
  forget(inform: Inform): void
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
    informs: createInformMemory(clock),
  }
}

const createInformMemory = (clock: Clock): InformMemory => {
  const seen = createBoundedMap<string, { readonly at: number; readonly isAcknowledged: boolean }>(mostInforms)
  const messages = createBoundedMap<string, number>(mostInforms)
  return {
    stateOf({ id, message }) {
      const now = clock.monotonic()
      const one = seen.get(id)
      if (one !== undefined && now - one.at <= repeatedWithinMs) return one.isAcknowledged ? 'acknowledged' : 'waiting'
      const at = message === undefined ? undefined : messages.get(message)
      return at !== undefined && now - at <= rememberedMs ? 'replayed' : 'new'
    },
    take({ id, message }) {
      seen.touch(id, { at: clock.monotonic(), isAcknowledged: false })
      if (message !== undefined) messages.touch(message, clock.monotonic())
    },
    acknowledge: ({ id }) => seen.touch(id, { at: clock.monotonic(), isAcknowledged: true }),
    forget({ id, message }) {
      seen.delete(id)
      if (message !== undefined) messages.delete(message)
    },
  }
}
