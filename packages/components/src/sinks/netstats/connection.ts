/** One connection from its opening to its end: feeds the session machine and does what it says. */
import type { AgentAction, AgentInput, AgentSession, Intervals, Question, Welcome } from '@netstats/protocol/netstats'
import { reasonOf } from '@netstats/sdk'
import type { Clock, Sequence } from '@netstats/sdk'
import type { WebSocket } from 'ws'
import { packed } from './compress.ts'

export type ConnectionEnd = Omit<AgentAction & { readonly type: 'end' }, 'type' | 'code'>

/** What a connection tells its sink. */
export interface ConnectionHandlers {
  readonly welcomed: (welcome: Welcome) => void
  readonly acknowledged: (through: Sequence) => void
  readonly goBack: (after: Sequence, reason: string) => void
  readonly intervals: (intervals: Intervals) => void
  readonly asked: (id: number, question: Question) => void
  readonly measured: (offsetMs: number, errorMs: number) => void
  readonly fault: (code: string) => void
  readonly sent: (bytes: number, how: 'plain' | 'deflated') => void
  /** Something happened: there may be room for more. */
  readonly woken: () => void
  /** Nothing can be sent any more. Called at once, before anybody can try. */
  readonly ended: () => void
}

export interface Connection {
  feed(input: AgentInput): void
  /** Observations that may be offered now. */
  room(): number
  /** Observations that the server lets be under way. */
  window(): number
  readonly ended: Promise<ConnectionEnd>
}

export interface ConnectionOptions extends ConnectionHandlers {
  readonly socket: WebSocket
  readonly clock: Clock
  readonly session: AgentSession
}

// oxlint-disable-next-line max-lines-per-function -- everything that can happen on one connection, and its end in one place
export const openConnection = (options: ConnectionOptions): Connection => {
  const { socket, clock, session } = options
  const ended = Promise.withResolvers<ConnectionEnd>()
  let over = false
  let sleeping = new AbortController()
  const at = () => ({ now: clock.now(), mono: clock.monotonic() })

  const send = (text: string, compress: boolean): void => {
    const frame = compress ? packed(text) : text
    options.sent(frame.length, typeof frame === 'string' ? 'plain' : 'deflated')
    // What cannot be sent ends the connection by itself: 'close' or 'error' follows.
    socket.send(frame, { binary: typeof frame !== 'string' }, () => undefined)
  }

  const finish = (end: AgentAction & { type: 'end' }): void => {
    over = true
    sleeping.abort()
    options.ended()
    if (end.how === 'lost') socket.terminate()
    else socket.close(end.code)
    ended.resolve(end)
  }

  const perform = (action: AgentAction): void => {
    switch (action.type) {
      case 'send':
        return send(action.text, action.compress)
      case 'welcomed':
        return options.welcomed(action.welcome)
      case 'acknowledged':
        return options.acknowledged(action.through)
      case 'resend':
        return options.goBack(action.after, action.reason)
      case 'intervals':
        return options.intervals(action.intervals)
      case 'request':
        return options.asked(action.id, action.question)
      case 'measured':
        return options.measured(action.offsetMs, action.errorMs)
      case 'fault':
        return options.fault(action.code)
      case 'end':
        return finish(action)
    }
  }

  /** What happens while actions are performed waits until they are. */
  const inputs: AgentInput[] = []
  let performing = false
  const feed = (input: AgentInput): void => {
    if (over) return
    inputs.push(input)
    if (performing) return
    performing = true
    try {
      for (let next = inputs.shift(); next; next = inputs.shift())
        for (const action of session.take(next, at())) perform(action)
      performing = false
      sleep()
      if (!over) options.woken()
    } catch (error) {
      // A bug, or a spool whose rows are out of order. Thrown through the socket it would end the agent; so it ends
      // this connection, and what was under way is delivered by the next one.
      options.fault('internal')
      if (!over) finish({ type: 'end', how: 'lost', code: 1011, reason: `the session failed: ${reasonOf(error)}` })
    } finally {
      performing = false
    }
  }

  const sleep = (): void => {
    sleeping.abort()
    const due = session.wakeAt()
    if (over || due === Infinity) return
    sleeping = new AbortController()
    clock
      .sleep(due - clock.monotonic(), { signal: sleeping.signal })
      .then(() => feed({ type: 'tick' }))
      .catch(() => undefined)
  }

  socket.on('message', (data, isBinary) => {
    if (isBinary) feed({ type: 'unreadable', reason: 'binary' })
    else feed({ type: 'frame', text: (data as Buffer).toString('utf8') })
  })
  socket.on('error', (error) => feed({ type: 'closed', reason: error.message }))
  socket.on('close', (code, said) => {
    const words = said
      .toString('utf8')
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
    feed({ type: 'closed', reason: words === '' ? String(code) : `${code}: ${words}` })
  })
  return {
    feed,
    room: () => (over ? 0 : session.room()),
    window: () => (over ? 0 : session.inFlight + session.queued + session.room()),
    ended: ended.promise,
  }
}
