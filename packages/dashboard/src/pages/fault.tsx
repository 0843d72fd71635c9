import type { FeedFault } from '@netstats/protocol/feed'
import { Message } from './message.tsx'

/** The server's answer where it has no such network. */
export function NetworkFault({ network, fault }: { readonly network: string; readonly fault: FeedFault }) {
  return (
    <Message title={`No network ${network}`}>
      <p>
        {fault.message} <span class="faint">{fault.code}</span>
      </p>
      <p>
        A network appears when its first node logs in. <a href="/">All networks</a>
      </p>
    </Message>
  )
}
