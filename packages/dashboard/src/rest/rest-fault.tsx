import type { FeedFault } from '@netstats/protocol/feed'
import { Message } from '../pages/message.tsx'
import { loginHref } from '../session/session.ts'

/** In place of a page whose question was refused: why, and what to do about it. */
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
      <p>{status === 401 ? <a href={loginHref()}>Log in</a> : <a href="/">All networks</a>}</p>
    </Message>
  )
}

function titleOf(what: string, status: number): string {
  if (status === 401) return `One has to log in to see ${what}`
  if (status === 403) return `Your role is too low to see ${what}`
  return status === 404
    ? `This server does not tell of ${what}`
    : `${what[0]?.toUpperCase()}${what.slice(1)} can not be asked`
}
