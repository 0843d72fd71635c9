import type { FeedFault } from '@netstats/protocol/feed'
import { pastAt } from '../past/moment.ts'
import { PastFault } from '../past/past-fault.tsx'
import { Message } from './message.tsx'

/** The server's answer where it has no such network, or can not show it at the moment that was asked for. */
export function NetworkFault({ network, fault }: { readonly network: string; readonly fault: FeedFault }) {
  const at = pastAt.value
  if (at !== undefined) return <PastFault at={at} fault={fault} />
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
