/** One session alone, told by hand what happens; its answers in short. */
import { createAgentSession } from '../agent-session.ts'
import type { AgentAction, AgentInput, AgentSessionOptions } from '../agent-types.ts'
import type { Hello, Welcome, WritableItem } from '../messages.ts'
import { createServerSession } from '../server-session.ts'
import type { Admission, At, ServerAction, ServerInput, ServerSessionOptions } from '../server-types.ts'
import { writeFrame } from '../write.ts'
import type { AgentFrame, ServerFrame } from '../write.ts'

/** Wall and monotonic time of the plays differ, so that one taken for the other shows. */
export const epoch = 1_767_225_600_000

export const hello: Hello = {
  type: 'hello',
  version: 1,
  agent: 'alpha',
  node: 'alpha-node',
  info: { name: 'alpha-node' },
  spool: 'ab'.repeat(16),
  after: 0,
  acknowledged: 0,
  lives: [{ life: '1'.repeat(16), from: 1 }],
  time: epoch,
  software: 'test/1',
}

export const admission = {
  session: 'S1',
  network: '1337',
  through: 0,
  window: 20,
  intervals: { reportMs: 15_000, lingerMs: 1000, pingMs: 10_000 },
  limits: { batchItems: 5, batchBytes: 2048 },
  durable: true,
} satisfies Admission

export const welcome: Welcome = { type: 'welcome', time: epoch, ...admission }

export const item = (
  sequence: number,
  kind: WritableItem['kind'] = 'pending',
  body = '{"pending":1}',
): WritableItem => ({
  sequence,
  kind,
  observedAt: sequence,
  body,
})

export const batch = (after: number, number: number, ...sequences: readonly number[]): AgentFrame => ({
  type: 'batch',
  after,
  number,
  items: sequences.map((sequence) => item(sequence)),
})

const clock = () => {
  let mono = 0
  return {
    at: (): At => ({ now: epoch + mono, mono }),
    advance: (ms: number): void => {
      mono += ms
    },
  }
}

/** What a session sends is shown as the message it is, everything else as it is. */
const shown = (action: AgentAction | ServerAction): unknown => {
  if (action.type !== 'send') return action
  const [header = '', ...lines] = action.text.split('\n')
  const { type, ...fields } = JSON.parse(header) as { type: string }
  return { send: type, ...fields, ...(lines.length > 0 ? { lines } : {}) }
}

export const playServer = (options: ServerSessionOptions = {}) => {
  const { at, advance } = clock()
  const session = createServerSession(options)
  const take = (input: ServerInput): readonly ServerAction[] => session.take(input, at())
  const frame = (...frames: readonly (AgentFrame | string)[]): readonly ServerAction[] =>
    frames.flatMap((one) => take({ type: 'frame', text: typeof one === 'string' ? one : writeFrame(one) }))
  return {
    session,
    at,
    take: (input: ServerInput): readonly unknown[] => take(input).map(shown),
    frame: (...frames: readonly (AgentFrame | string)[]): readonly unknown[] => frame(...frames).map(shown),
    /** Time passes; ticks come when they are due. */
    pass: (ms: number): readonly unknown[] => {
      const done: unknown[] = []
      for (let left = ms; left > 0; left -= 100) {
        advance(Math.min(left, 100))
        if (session.wakeAt() <= at().mono) done.push(...take({ type: 'tick' }).map(shown))
      }
      return done
    },
    /** Through the login, as far as `open`. */
    open: (more: Partial<Admission> = {}, greeting: Partial<Hello> = {}): readonly unknown[] => {
      take({ type: 'opened' })
      frame({ ...hello, ...greeting })
      return take({ type: 'admit', admission: { ...admission, ...more } }).map(shown)
    },
  }
}

export const playAgent = (options: Partial<Omit<AgentSessionOptions, 'hello'>> & { readonly after?: number } = {}) => {
  const { at, advance } = clock()
  const { type: _type, version: _version, time: _time, ...greeting } = hello
  const { after = 0, ...rest } = options
  const session = createAgentSession({ hello: { ...greeting, after }, ...rest })
  const take = (input: AgentInput): readonly AgentAction[] => session.take(input, at())
  const frame = (...frames: readonly (ServerFrame | string)[]): readonly AgentAction[] =>
    frames.flatMap((one) => take({ type: 'frame', text: typeof one === 'string' ? one : writeFrame(one) }))
  return {
    session,
    at,
    take: (input: AgentInput): readonly unknown[] => take(input).map(shown),
    raw: take,
    frame: (...frames: readonly (ServerFrame | string)[]): readonly unknown[] => frame(...frames).map(shown),
    offer: (after: number, ...sequences: readonly number[]): readonly unknown[] =>
      take({ type: 'offer', after, items: sequences.map((sequence) => item(sequence)) }).map(shown),
    pass: (ms: number): readonly unknown[] => {
      const done: unknown[] = []
      for (let left = ms; left > 0; left -= 100) {
        advance(Math.min(left, 100))
        if (session.wakeAt() <= at().mono) done.push(...take({ type: 'tick' }).map(shown))
      }
      return done
    },
    open: (more: Partial<Welcome> = {}): readonly unknown[] => {
      take({ type: 'opened' })
      return frame({ ...welcome, ...more }).map(shown)
    },
  }
}

/** The types of what was done, in order; of a frame that was sent, `send` and its type. */
export const types = (actions: readonly unknown[]): readonly unknown[] =>
  actions.map((one) => {
    const { send, type } = one as { readonly send?: string; readonly type?: string }
    return send === undefined ? type : `send ${send}`
  })
