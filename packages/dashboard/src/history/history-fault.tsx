import type { FeedFault } from '@netstats/protocol/feed'

/** Why there are no charts, in their place. */
export function HistoryFault({ fault, retry }: { readonly fault: FeedFault; readonly retry: () => void }) {
  const known = words[fault.code]
  return (
    <div class="history-fault" role="alert">
      <svg viewBox="0 0 20 18" aria-hidden="true">
        <path d="M10 1L19 17H1ZM10 6.5V11.5M10 13.4V15" />
      </svg>
      <p>
        <b>{known ?? 'The history could not be read.'}</b> {fault.message} <span class="faint">{fault.code}</span>
      </p>
      <button type="button" class="chip" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

const words: Readonly<Record<string, string>> = {
  API_HISTORY_UNAVAILABLE: 'The history can not be asked; the live picture goes on.',
  API_NETWORK_UNKNOWN: 'Nothing was ever written of this network.',
  API_NODE_UNKNOWN: 'Nothing was ever written of this node.',
  API_BUSY: 'Others ask the history too; try again in a moment.',
}
