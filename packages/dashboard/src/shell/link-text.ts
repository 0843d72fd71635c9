import type { Link } from '../feed/link.ts'
import { clockTime, elapsed } from '../format/time.ts'

export interface LinkText {
  readonly title: string
  readonly detail: string
  readonly canRetry: boolean
}

/** What the bar says when the picture may be old; undefined while all is well. `now` is this machine's clock. */
export function linkText(link: Link, now: number): LinkText | undefined {
  switch (link.status) {
    case 'live':
      return undefined
    case 'quiet':
      return {
        title: 'The server has gone quiet.',
        detail: `Nothing heard since ${clockTime(link.heardAt)}, ${elapsed(now - link.heardAt)} ago. The picture may be old; reconnecting soon.`,
        canRetry: false,
      }
    case 'connecting':
      // The first moment of a page is no trouble yet.
      return link.lostAt === null ? undefined : { ...lostSince(link.lostAt, now, 'Trying now.'), canRetry: false }
    case 'lost': {
      const wait = link.nextTryAt - now
      const next = wait < 1000 ? 'Trying now.' : `Try ${link.attempt} in ${elapsed(wait)}.`
      return { ...lostSince(link.lostAt, now, next), canRetry: wait >= 1000 }
    }
  }
}

const lostSince = (lostAt: number, now: number, next: string) => ({
  title: 'Connection lost.',
  detail: `This is the picture of ${clockTime(lostAt)}, ${elapsed(now - lostAt)} ago. ${next}`,
})
