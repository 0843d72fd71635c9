/** A server's REST interface that answers as a test says, in place of `fetch`. */
import { vi } from 'vitest'

export interface Asked {
  readonly method: string
  /** Below `/api/v1`. */
  readonly path: string
  readonly body: unknown
}

type Reply = object | number | (() => object | number)

export interface HandServer extends Disposable {
  readonly asked: Asked[]
  /** Answers a path, its query left out, from now on: a body, or a status with a problem. */
  readonly answer: (path: string, reply: Reply) => void
}

/** Paths without an answer are not found. */
export function answerRest(replies: Readonly<Record<string, Reply>> = {}): HandServer {
  const asked: Asked[] = []
  const known = new Map(Object.entries(replies))
  // Not a whole response: its body would take turns of the event loop that a test had to wait for.
  const reply = (path: string) => {
    const found = known.get(path.replace(/\?.*/, '')) ?? 404
    const body = typeof found === 'function' ? found() : found
    const status = typeof body === 'number' ? body : 200
    const problem = { code: `API_${status}`, detail: `It answers ${status}.` }
    return { ok: status < 300, status, json: () => Promise.resolve(typeof body === 'number' ? problem : body) }
  }
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    const path = url.replace(/^.*?\/api\/v1/, '')
    const text = typeof init?.body === 'string' ? init.body : undefined
    asked.push({ method: init?.method ?? 'GET', path, body: text === undefined ? undefined : JSON.parse(text) })
    return Promise.resolve(reply(path))
  })
  return {
    asked,
    answer: (path, next) => known.set(path, next),
    [Symbol.dispose]: () => void vi.unstubAllGlobals(),
  }
}
