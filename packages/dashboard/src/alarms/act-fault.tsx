import type { FeedFault } from '@netstats/protocol/feed'

/** Why something was not done. */
export function ActFault({ fault }: { readonly fault: FeedFault | undefined }) {
  if (!fault) return null
  return (
    <p class="alarm-fault" role="alert">
      <b>That was not done.</b> {fault.message} <span class="faint">{fault.code}</span>
    </p>
  )
}
