/** Requests to the REST interface. A failure is a value: pages show it. */
import type { FeedFault } from '@netstats/protocol/feed'
import { below } from '../root.ts'

export type Answer =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly fault: FeedFault; readonly status: number }

/** Gives an answer for a path below `/api/v1`; rejects only when `signal` aborts. */
export type Ask = (path: string, signal: AbortSignal) => Promise<Answer>

const unreachable: Answer = {
  ok: false,
  status: 0,
  fault: { code: 'API_UNREACHABLE', message: 'The server does not answer.' },
}

export const askServer: Ask = async (path, signal) => {
  try {
    const response = await fetch(below(`/api/v1${path}`), { signal, headers: { accept: 'application/json' } })
    const body: unknown = await response.json()
    return response.ok ? { ok: true, data: body } : { ok: false, status: response.status, fault: faultOf(body) }
  } catch (error) {
    if (signal.aborted) throw error
    return unreachable
  }
}

/** Changes something; `body` goes as JSON. Rejects only when `signal` aborts. */
export async function sendToServer(
  method: 'POST' | 'DELETE',
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(below(`/api/v1${path}`), {
      method,
      signal,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const data: unknown = response.status === 204 ? undefined : await response.json()
    return response.ok ? { ok: true, data } : { ok: false, status: response.status, fault: faultOf(data) }
  } catch (error) {
    if (signal.aborted) throw error
    return unreachable
  }
}

/** A problem (RFC 9457) as the fault of a topic. */
export function faultOf(body: unknown): FeedFault {
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const text = (key: string): string | undefined => (typeof problem[key] === 'string' ? problem[key] : undefined)
  const position = problem['position']
  const expected = text('expected')
  return {
    code: text('code') ?? 'API_FAILED',
    message: text('detail') ?? text('title') ?? 'The server gave no reason.',
    ...(typeof position === 'number' && { position }),
    ...(expected !== undefined && { expected }),
  }
}

/** `?a=1&b=2`; what is undefined or empty is left out. */
export function queryOf(settings: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(settings))
    if (value !== undefined && value !== '') query.set(key, String(value))
  return query.size > 0 ? `?${query}` : ''
}
