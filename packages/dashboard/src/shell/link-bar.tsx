import { ownSeconds } from '../clock.ts'
import type { FeedRefusal, Link } from '../feed/link.ts'
import { feedClient } from '../feed/topics.ts'
import { clockTime, elapsed } from '../format/time.ts'

interface LinkText {
  readonly title: string
  readonly detail: string
  readonly canRetry: boolean
}

/** What the bar says when the picture may be old; undefined while all is well. `now` is this machine's clock. */
export function linkText(link: Link, now: number, refusal?: FeedRefusal): LinkText | undefined {
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
      return link.lostAt === null
        ? undefined
        : { ...lostSince(link.lostAt, now, 'Trying now.', refusal), canRetry: false }
    case 'lost': {
      const wait = link.nextTryAt - now
      const next = wait < 1000 ? 'Trying now.' : `Try ${link.attempt} in ${elapsed(wait)}.`
      return { ...lostSince(link.lostAt, now, next, refusal), canRetry: wait >= 1000 }
    }
  }
}

const lostSince = (lostAt: number, now: number, next: string, refusal: FeedRefusal | undefined) =>
  refusal === undefined
    ? {
        title: 'Connection lost.',
        detail: `This is the picture of ${clockTime(lostAt)}, ${elapsed(now - lostAt)} ago. ${next}`,
      }
    : { title: 'No live connection.', detail: `${refusal.reason} ${next}` }

/** Says that the picture is old, since when, and what happens next. Spoken once when it comes, not every second. */
export function LinkBar() {
  const link = feedClient().link.value
  // The times of the link are of this machine's clock.
  const now = Math.max(ownSeconds.value, link.status === 'lost' ? link.lostAt : 0)
  const text = linkText(link, now, feedClient().refusal.value)
  return (
    <>
      <p class="visually-hidden" role="status">
        {text ? text.title : link.status === 'live' ? 'Connected.' : ''}
      </p>
      {text && (
        <div class={`link-bar is-${link.status}`}>
          <svg viewBox="0 0 20 18" aria-hidden="true">
            <path d="M10 1L19 17H1ZM10 6.5V11.5M10 13.4V15" />
          </svg>
          <p>
            <b>{text.title}</b> {text.detail}
          </p>
          {text.canRetry && (
            <button type="button" class="chip" onClick={() => feedClient().retryNow()}>
              Try now
            </button>
          )}
        </div>
      )}
    </>
  )
}
