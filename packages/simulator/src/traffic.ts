/** Transactions that are sent to a network: how many were sent until when, and what a block takes of those that wait. */

/** What is in a block. */
export interface Load {
  readonly transactions: number
  readonly gasUsed: number
  /** Of all that were ever sent: how many are in blocks up to this one, or were dropped because too many waited. */
  readonly settled: number
}

/** What of a block counts here. */
interface Loaded {
  readonly number: number
  readonly load: Load
}

export interface Traffic {
  /** How many were sent until then, milliseconds since 1970. */
  sentBy(time: number): number
  /** From now on so many a second. */
  setRate(perSecond: number, now: number): void
}

export const noLoad: Load = { transactions: 0, gasUsed: 0, settled: 0 }

/** Most that wait at a node: geth's pool has as many places. */
const mostWaiting = 5120
const mostInBlock = 200
/** Seconds from one high tide of transactions to the next, and from one burst to the next. */
const tideSeconds = 300
const tideHeight = 0.7
const burstSeconds = 97
const burstRate = 9

/** Seconds of even traffic that the traffic until `second` amounts to: tides, bursts, and a little noise. */
const evenSeconds = (second: number, seed: number): number => {
  const tide = (tideSeconds * tideHeight * Math.sin((2 * Math.PI * second) / tideSeconds)) / (2 * Math.PI)
  const noise = ((Math.imul(Math.floor(second), 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)) >>> 0) / 2 ** 32
  return second + tide + Math.floor(second / burstSeconds) * burstRate + noise * 0.7
}

export const createTraffic = (options: { perSecond: number; seed: number; start: number }): Traffic => {
  const { seed, start } = options
  let rate = options.perSecond
  let since = start
  let before = 0
  const secondsAt = (time: number): number => evenSeconds(Math.max(0, time - start) / 1000, seed)
  const sentBy = (time: number): number => before + Math.max(0, rate * (secondsAt(time) - secondsAt(since)))
  return {
    sentBy: (time) => Math.floor(sentBy(time)),
    setRate: (perSecond, now) => {
      before = sentBy(now)
      since = now
      rate = perSecond
    },
  }
}

/** How many wait at a node that has this head. */
export const waitingAt = (traffic: Traffic, head: Loaded, time: number): number =>
  Math.max(0, Math.min(mostWaiting, traffic.sentBy(time) - head.load.settled))

/** What a block on this parent takes up. */
export const loadAfter = (traffic: Traffic, parent: Loaded, time: number): Load => {
  const waiting = waitingAt(traffic, parent, time)
  const transactions = Math.min(waiting, mostInBlock)
  const left = waiting - transactions
  // A third of them call contracts, which costs more, and not always the same.
  const callGas = 30_000 + (((parent.number + 1) * 7919) % 60) * 1000
  return {
    transactions,
    gasUsed: transactions * 21_000 + Math.floor(transactions / 3) * callGas,
    settled: Math.max(parent.load.settled, traffic.sentBy(time) - left),
  }
}
