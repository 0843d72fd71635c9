import type { WebSocket } from 'ws'
import { createTokenBucket } from '@netstats/sdk/limits'
import type { Rate, TokenBucket } from '@netstats/sdk/limits'
import { createLiveness } from '../lib/liveness.ts'
import type { Liveness } from '../lib/liveness.ts'

/** Why a viewer's connection ended; `gone`: it went by itself. */
export const classicEndings = [
  'gone',
  'silent',
  'slow-viewer',
  'flood',
  'oversized',
  'protocol-error',
  'shutdown',
] as const
export type ClassicEnding = (typeof classicEndings)[number]

/** One page, or one third party, at the other end of a socket. */
export interface ClassicViewer extends Liveness {
  readonly socket: WebSocket
  /** What it asked to see; undefined: the largest network. */
  readonly wanted: string | undefined
  network: string | undefined
  /** It has all rows and is told what changes. */
  joined: boolean
  /** It waits for an `init`: it said `ready`, could not keep up, or its network went. */
  asked: boolean
  /** No `init` before. */
  notBefore: number
  /** Bytes of an `init` it may still be reading: a large one takes a while and is no sign of being behind. */
  allowance: number
  /** Since when it waits to have read what it was sent; undefined where it keeps up. */
  behindSince: number | undefined
  readonly primusClient: boolean
  /** What it may still say; what is more is not answered. */
  readonly requests: TokenBucket
  /** What it may still say too much before it is cut. */
  readonly excess: TokenBucket
  /** Why the server ended it. */
  ending: ClassicEnding | undefined
  saidPrimusPing: boolean
  primusDueAt: number
}

/** A page says a few words in five seconds. */
export const requestRate: Rate = { perSecond: 10, burst: 50 }
export const excessRate: Rate = { perSecond: 1, burst: 500 }

/** A viewer with more than this unread is skipped. */
export const behindAt = 1 << 20
/** It is given a new beginning when less than this is left. */
export const caughtUpAt = 1 << 16
/** One that has not caught up by then never will. */
export const giveUpAfterMs = 60_000

export const createViewer = (
  socket: WebSocket,
  facts: {
    readonly now: number
    readonly wanted: string | undefined
    readonly primusClient: boolean
    readonly primusDueAt: number
  },
): ClassicViewer => ({
  socket,
  wanted: facts.wanted,
  primusClient: facts.primusClient,
  primusDueAt: facts.primusDueAt,
  requests: createTokenBucket(requestRate, facts.now),
  excess: createTokenBucket(excessRate, facts.now),
  ending: undefined,
  network: undefined,
  joined: false,
  asked: false,
  allowance: 0,
  notBefore: 0,
  behindSince: undefined,
  ...createLiveness(),
  saidPrimusPing: false,
})

/** `/primus/1337/?network=…`: the query names a network, or else the part of the path after the channel. */
export const wantedNetwork = (url: string | undefined): string | undefined => {
  if (url === undefined || !URL.canParse(url, 'http://x')) return undefined
  const { pathname, searchParams } = new URL(url, 'http://x')
  const named = searchParams.get('network') ?? pathname.split('/')[2]
  return named === undefined || named === '' ? undefined : named.slice(0, 200)
}
