/**
 * State of the connection to the feed, as a value:
 *
 *   connecting ──open──▶ live ──8 s silent──▶ quiet ──15 s silent or closed──▶ lost ──back-off──▶ connecting
 *                          ◀──── message ─────┘
 *
 * `lostAt` survives the tries in between: readers want to know since when the picture is old.
 */
export type Link =
  | { readonly status: 'connecting'; readonly attempt: number; readonly lostAt: number | null }
  | { readonly status: 'live'; readonly heardAt: number; readonly roundTripMs: number | null }
  | { readonly status: 'quiet'; readonly heardAt: number; readonly roundTripMs: number | null }
  | { readonly status: 'lost'; readonly attempt: number; readonly lostAt: number; readonly nextTryAt: number }

/** Why there is no live connection, with what helps. */
export interface FeedRefusal {
  readonly reason: string
}

export const quietAfterMs = 8000
export const deadAfterMs = 15_000

/** Half a second doubling to fifteen, each between half and all of it, so that many pages do not reconnect at once. */
export function backOffMs(attempt: number, random: number): number {
  const full = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10))
  return Math.round(full * (0.5 + random / 2))
}

export const opened = (now: number): Link => ({ status: 'live', heardAt: now, roundTripMs: null })

export function heard(link: Link, now: number, roundTripMs?: number): Link {
  const known = link.status === 'live' || link.status === 'quiet' ? link.roundTripMs : null
  return { status: 'live', heardAt: now, roundTripMs: roundTripMs ?? known }
}

/** What silence makes of it; `dead` says to close the socket. */
export function checked(link: Link, now: number): Link | 'dead' {
  if (link.status !== 'live' && link.status !== 'quiet') return link
  const silence = now - link.heardAt
  if (silence >= deadAfterMs) return 'dead'
  if (silence >= quietAfterMs) return link.status === 'quiet' ? link : { ...link, status: 'quiet' }
  return link
}

export function closed(link: Link, now: number, random: number): Extract<Link, { status: 'lost' }> {
  const attempt = link.status === 'connecting' || link.status === 'lost' ? link.attempt : 0
  const before = link.status === 'connecting' || link.status === 'lost' ? link.lostAt : link.heardAt
  const nextTryAt = now + backOffMs(attempt, random)
  return { status: 'lost', attempt: attempt + 1, lostAt: before ?? now, nextTryAt }
}

export function retried(link: Link): Link {
  return link.status === 'lost'
    ? { status: 'connecting', attempt: link.attempt, lostAt: link.lostAt }
    : { status: 'connecting', attempt: 0, lostAt: null }
}
