import type { FeedRequest } from '@netstats/protocol/feed'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openFeed } from './client.ts'
import { deadAfterMs, type Link } from './link.ts'
import type { SocketListener } from './reconnector.ts'

type Step =
  | { readonly do: 'open' | 'welcome' | 'tick' | 'close' | 'retry' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'subscribe' | 'unsubscribe'; readonly which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom('open' as const, 'welcome' as const, 'tick' as const, 'close' as const, 'retry' as const),
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
  fc.record({ do: fc.constantFrom('subscribe' as const, 'unsubscribe' as const), which: fc.nat(4) }),
)

/** What a link may become next, besides what it is. */
const next: Readonly<Record<Link['status'], readonly Link['status'][]>> = {
  connecting: ['live', 'lost'],
  live: ['quiet', 'lost'],
  quiet: ['live', 'lost'],
  lost: ['connecting'],
}

interface Peer {
  readonly listener: SocketListener
  readonly sent: FeedRequest[]
  state: 'new' | 'open' | 'ended'
}

/** A feed whose time passes only by `pass`, and every socket it opened. */
function createWorld() {
  let now = 0
  const timers = new Set<{ at: number; run: () => void }>()
  const peers: Peer[] = []
  const feed = openFeed({
    now: () => now,
    random: () => 1,
    after: (ms, run) => {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    connect: (listener) => {
      const peer: Peer = { listener, sent: [], state: 'new' }
      peers.push(peer)
      return {
        send: (text) => peer.sent.push(JSON.parse(text) as FeedRequest),
        close: () => {
          peer.state = 'ended'
        },
      }
    },
  })
  const pass = (ms: number): void => {
    const end = now + ms
    for (;;) {
      const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      timers.delete(due)
      now = due.at
      due.run()
    }
    now = end
  }
  /** A peer does only what a socket can do in its state. */
  const act = (what: 'open' | 'welcome' | 'tick' | 'close'): void => {
    const peer = peers.at(-1)
    if (!peer || peer.state === 'ended') return
    if (what === 'open' && peer.state === 'new') {
      peer.state = 'open'
      peer.listener.opened()
    } else if (what === 'close') {
      peer.state = 'ended'
      peer.listener.closed()
    } else if (peer.state === 'open' && what !== 'open') {
      const welcome = { type: 'welcome', feed: 1, epoch: 'one', serverTime: now, version: '1' }
      peer.listener.received(JSON.stringify(what === 'welcome' ? welcome : { type: 'tick', at: now }))
    }
  }
  return { feed, peers, timers, pass, act, now: () => now }
}

describe('the feed client, whatever its sockets do and whenever', () => {
  it('holds one socket at most, changes state only as drawn, and recovers all that is open', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { feed, peers, timers, pass, act, now } = createWorld()
        const open = new Set<number>()
        const seen: Link['status'][] = []
        const stop = feed.link.subscribe(({ status }) => {
          const before = seen.at(-1)
          if (before !== undefined && before !== status) expect(next[before]).toContain(status)
          seen.push(status)
        })
        for (const one of steps) {
          if (one.do === 'pass') pass(one.ms)
          else if (one.do === 'retry') feed.retryNow()
          else if (one.do === 'subscribe') open.add(feed.open({ topic: 'summary', network: String(one.which) }))
          else if (one.do === 'unsubscribe') {
            const id = [...open][one.which]
            if (id !== undefined) feed.close(id)
            open.delete(id ?? 0)
          } else act(one.do)
          expect(peers.filter(({ state }) => state !== 'ended').length).toBeLessThanOrEqual(1)
          const link = feed.link.peek()
          // A silent connection is given up, and the pause before the next try is bounded.
          if (link.status === 'live' || link.status === 'quiet')
            expect(now() - link.heardAt).toBeLessThan(deadAfterMs + 1000)
          if (link.status === 'lost') expect(link.nextTryAt - now()).toBeLessThanOrEqual(15_000)
        }
        // From any state a server that answers is found again within a pause.
        act('close')
        pass(15_000)
        act('open')
        act('welcome')
        expect(feed.link.peek().status).toBe('live')
        const asked = peers.at(-1)!.sent.filter(({ type }) => type === 'subscribe')
        expect(new Set(asked.map((request) => 'id' in request && request.id))).toEqual(open)
        expect([...feed.state.peek().subscriptions.keys()]).toEqual([...open])
        stop()
        feed[Symbol.dispose]()
        expect(timers.size).toBe(0)
        expect(peers.every(({ state }) => state === 'ended')).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
