import { ownSeconds } from '../clock.ts'
import { feedClient } from '../feed/topics.ts'
import { linkText } from './link-text.ts'

/** Says that the picture is old, since when, and what happens next. Spoken once when it comes, not every second. */
export function LinkBar() {
  const link = feedClient().link.value
  // The link notes its times by this machine's clock.
  const text = linkText(link, Math.max(ownSeconds.value, link.status === 'lost' ? link.lostAt : 0))
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
