import type { FeedFault } from '@netstats/protocol/feed'
import { instant } from '../format/time.ts'
import { Message } from '../pages/message.tsx'
import { showLive } from './moment.ts'
import { past } from './past.ts'

/** What stands in place of a past moment that can not be shown, and why. */
export function PastFault({ at, fault }: { readonly at: number; readonly fault: FeedFault }) {
  const { title, words, again } = explain(fault, instant(at))
  return (
    <Message title={title}>
      <p>
        {words} <span class="faint">{fault.code}</span>
      </p>
      <p class="message-ways">
        {again && (
          <button type="button" class="chip" onClick={past.retry}>
            Try again
          </button>
        )}
        <button type="button" class="chip" onClick={showLive}>
          Back to live
        </button>
      </p>
    </Message>
  )
}

interface Words {
  readonly title: string
  readonly words: string
  /** True where asking again may help. */
  readonly again: boolean
}

function explain({ code, message }: FeedFault, moment: string): Words {
  switch (code) {
    case 'API_MOMENT_UNKNOWN':
    case 'API_NETWORK_UNKNOWN':
      return {
        title: 'Nothing is known of that moment',
        words: `The network has no rows of ${moment}: it was not watched yet, or what was written is past its retention.`,
        again: false,
      }
    case 'API_HISTORY_UNAVAILABLE':
      return { title: 'The history can not be asked', words: message, again: true }
    case 'API_BUSY':
      return { title: 'The history is busy', words: 'Others ask it too. Try again in a moment.', again: true }
    default:
      return { title: `${moment} can not be shown`, words: message, again: code !== 'API_PARAMETER_INVALID' }
  }
}
