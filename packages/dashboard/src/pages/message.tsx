/** What stands in place of a page, or of a part of it, that has nothing to draw: why, and what to do. */
import type { FeedFault } from '@netstats/protocol/feed'
import type { ComponentChildren } from 'preact'
import { instant } from '../format/time.ts'
import { past, pastAt, showLive } from '../past/moment.ts'
import { below } from '../root.ts'
import { loginHref } from '../session/session.tsx'
import { useTitle } from './hooks.ts'

interface MessageProps {
  readonly title: string
  readonly children?: ComponentChildren
}

/** The place in the saw-tooth that is empty. */
const missing = 6

/** A page with nothing to draw: says why and where to go. */
export function Message({ title, children }: MessageProps) {
  return (
    <section class="message">
      <svg class="message-drawing" viewBox="0 0 240 64" aria-hidden="true">
        {Array.from({ length: 12 }, (_, i) => (
          <path
            key={i}
            class={i === missing ? 'message-gap' : ''}
            d={`M${i * 20 + 1} ${(i % 4) * 16 + 1}h14v11h-14Z`}
          />
        ))}
      </svg>
      <h1>{title}</h1>
      {children}
    </section>
  )
}

export function Waiting({ what }: { readonly what: string }) {
  return (
    <p class="quiet-note" role="status">
      Loading {what}…
    </p>
  )
}

export function NotFoundPage({ path }: { readonly path: string }) {
  useTitle('Not found')
  return (
    <Message title="There is no such page">
      <p>
        <code>{path}</code> is not an address of this dashboard. <a href={below('/')}>All networks</a>
      </p>
    </Message>
  )
}

/** The server's answer where it has no such network, or cannot show it at the requested moment. */
export function NetworkFault({ network, fault }: { readonly network: string; readonly fault: FeedFault }) {
  const at = pastAt.value
  if (at !== undefined) return <PastFault at={at} fault={fault} />
  return (
    <Message title={`No network ${network}`}>
      <p>
        {fault.message} <span class="faint">{fault.code}</span>
      </p>
      <p>
        A network appears when its first node logs in. <a href={below('/')}>All networks</a>
      </p>
    </Message>
  )
}

/** What stands in place of a past moment that cannot be shown, and why. */
function PastFault({ at, fault }: { readonly at: number; readonly fault: FeedFault }) {
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

interface Explanation {
  readonly title: string
  readonly words: string
  /** True where another try may help. */
  readonly again: boolean
}

function explain({ code, message }: FeedFault, moment: string): Explanation {
  switch (code) {
    case 'API_TIME_UNKNOWN':
    case 'API_NETWORK_UNKNOWN':
      return {
        title: 'Nothing is known of that time',
        words: `The network has no rows of ${moment}: it was not observed yet, or its rows are past their retention.`,
        again: false,
      }
    case 'API_HISTORY_UNAVAILABLE':
      return { title: 'The history cannot be read', words: message, again: true }
    case 'API_BUSY':
      return { title: 'The history is busy', words: 'There are too many requests. Try again in a moment.', again: true }
    default:
      return { title: `${moment} cannot be shown`, words: message, again: code !== 'API_PARAMETER_INVALID' }
  }
}

/** In place of a page whose request was refused: why, and what to do about it. */
export function RestFault({
  what,
  fault,
  status,
}: {
  readonly what: string
  readonly fault: FeedFault
  readonly status: number
}) {
  return (
    <Message title={titleOf(what, status)}>
      <p>
        {fault.message} <span class="faint">{fault.code}</span>
      </p>
      <p>{status === 401 ? <a href={loginHref()}>Log in</a> : <a href={below('/')}>All networks</a>}</p>
    </Message>
  )
}

function titleOf(what: string, status: number): string {
  if (status === 401) return `Log in to see ${what}`
  if (status === 403) return `Your role is too low to see ${what}`
  return status === 404
    ? `This server does not show ${what}`
    : `${what[0]?.toUpperCase()}${what.slice(1)} could not be loaded`
}

/** Why there are no charts, in their place. */
export function HistoryFault({ fault, retry }: { readonly fault: FeedFault; readonly retry: () => void }) {
  const known = historyWords[fault.code]
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

const historyWords: Readonly<Record<string, string>> = {
  API_HISTORY_UNAVAILABLE: 'The history cannot be read; the live picture goes on.',
  API_NETWORK_UNKNOWN: 'Nothing was ever stored of this network.',
  API_NODE_UNKNOWN: 'Nothing was ever stored of this node.',
  API_BUSY: 'Too many requests to the history; try again in a moment.',
}
