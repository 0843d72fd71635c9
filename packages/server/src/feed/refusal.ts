import type { WebFault } from '../net/web-policy.ts'

/** What a page is told that is not let in. */
export interface FeedRefusal {
  readonly code: 'FEED_ORIGIN_REFUSED' | 'FEED_HOST_REFUSED'
  readonly message: string
}

export const feedRefusal = (fault: WebFault | undefined): FeedRefusal | undefined =>
  fault && {
    code: fault.code === 'API_HOST_REFUSED' ? 'FEED_HOST_REFUSED' : 'FEED_ORIGIN_REFUSED',
    message: fault.message,
  }
