/**
 * The addresses at which a node, or others like it, can be asked, and which of them is asked now. It stays with one that
 * works: another is taken where it fails, or where it was found behind several times in a row.
 */
import type { Clock } from '@netstats/sdk'
import { redactUrl, redactorOf, requestHeaders } from '@netstats/sdk/config'
import type { EthereumConfig } from './config.ts'
import { createPushTrust } from './push-trust.ts'
import type { PushTrust } from './push-trust.ts'
import { createAllowance } from './rpc/allowance.ts'
import type { Allowance } from './rpc/allowance.ts'
import { jwtOf, tryJwtSecret } from './rpc/jwt.ts'

export interface Endpoint {
  readonly url: string
  /** How it is shown: without what may be secret in it. */
  readonly label: string
  readonly allowance: Allowance
  readonly trust: PushTrust
  /** Takes what is secret in it, and in its headers, out of what a node says. */
  readonly redact: (text: string) => string
  /** Headers of a request made now. */
  readonly headers: () => Readonly<Record<string, string>>
}

/** Blocks that another endpoint must be ahead, and looks in a row that must find it so. */
const leadToSwitch = 2
const looksToSwitch = 3
/** An endpoint of another network is left alone for so long. */
const excludedMs = 10 * 60_000

export interface Endpoints {
  readonly all: readonly Endpoint[]
  current(): Endpoint
  others(): readonly Endpoint[]
  /** The current one failed. True where one that has not failed since it last worked can be tried at once. */
  failed(): boolean
  /** The current one answers. */
  worked(): void
  /** Another one was looked at beside the current one: the heights of both. True where it is taken in its place. */
  compared(other: Endpoint, heights: { readonly own: number; readonly other: number }): boolean
  /** The current one is of another network than before. False where all are: then the network itself is another one. */
  exclude(): boolean
}

interface State {
  readonly endpoint: Endpoint
  failures: number
  lead: number
  excludedUntil: number
}

export const createEndpoints = (endpoints: readonly [Endpoint, ...Endpoint[]], clock: Clock): Endpoints => {
  const states = endpoints.map((endpoint): State => ({ endpoint, failures: 0, lead: 0, excludedUntil: -Infinity }))
  let current = states[0] as State
  const take = (state: State): void => {
    current = state
    for (const one of states) one.lead = 0
  }
  const isOpen = (one: State): boolean => one !== current && one.excludedUntil <= clock.monotonic()
  /** The one that failed least, the next in the list among equals. */
  const next = (): State | undefined => {
    const from = states.indexOf(current)
    const inTurn = [...states.slice(from + 1), ...states.slice(0, from)].filter(isOpen)
    return inTurn.toSorted((a, b) => a.failures - b.failures)[0]
  }
  return {
    all: endpoints,
    current: () => current.endpoint,
    others: () => states.filter(isOpen).map((one) => one.endpoint),
    failed: () => {
      current.failures++
      const other = next()
      if (other === undefined) return false
      take(other)
      return other.failures === 0
    },
    worked: () => {
      current.failures = 0
    },
    compared: (other, heights) => {
      const state = states.find((one) => one.endpoint === other)
      if (state === undefined) return false
      state.lead = heights.other - heights.own >= leadToSwitch ? state.lead + 1 : 0
      if (state.lead < looksToSwitch) return false
      take(state)
      return true
    },
    exclude: () => {
      current.excludedUntil = clock.monotonic() + excludedMs
      const other = next()
      if (other === undefined) {
        for (const one of states) one.excludedUntil = -Infinity
        return false
      }
      take(other)
      return true
    },
  }
}

/** The endpoints that a configuration names, the first one first. */
export const endpointsOf = (config: EthereumConfig, clock: Clock): Endpoints => {
  const { endpoint, endpoints, headers, basic, bearer, jwtSecret } = config
  const given = [
    ...(endpoint === undefined ? [] : [{ url: endpoint, headers, basic, bearer, jwtSecret }]),
    ...endpoints.map((one) => (typeof one === 'string' ? { url: one } : one)),
  ]
  // What one endpoint repeats may be another's: behind one gateway they know each other's keys.
  const redactors = given.map((one) => redactorOf(one.url, secretsSentTo(one)))
  const redact = (text: string): string => redactors.reduce((rest, hide) => hide(rest), text)
  const [first, ...more] = given.map((one): Endpoint => {
    const key = one.jwtSecret === undefined ? undefined : tryJwtSecret(one.jwtSecret.reveal())
    const token = key && ((): object => ({ authorization: `Bearer ${jwtOf(key, clock.now())}` }))
    const sent = requestHeaders(one)
    return {
      url: one.url,
      label: redactUrl(one.url),
      redact,
      allowance: createAllowance(clock),
      trust: createPushTrust(clock),
      headers: () => ({ ...sent, ...token?.() }),
    }
  })
  if (first === undefined) throw new TypeError('a node needs an endpoint')
  return createEndpoints([first, ...more], clock)
}

/** As they are sent, and without the word before them. */
const secretsSentTo = (one: Parameters<typeof requestHeaders>[0]): readonly string[] => [
  ...Object.values(requestHeaders(one)).flatMap((value) => [value, value.replace(/^(?:basic|bearer) +/i, '')]),
  ...(one.basic === undefined ? [] : [one.basic.password.reveal()]),
]
