/**
 * Both sessions joined by a link that may lose, repeat and turn round what is on it, between a spool and a store. It has
 * no time of its own and no chance: anyone who plays with it says what happens next.
 */
import { createHash } from 'node:crypto'
import { createAgentSession } from '../agent-session.ts'
import type { AgentAction, AgentEnd, AgentInput, AgentSession } from '../agent-types.ts'
import { createBodyMemo } from '../body-memo.ts'
import { createServerSession } from '../server-session.ts'
import type { At, ServerAction, ServerEnd, ServerInput, ServerSession } from '../server-types.ts'
import type { WritableItem } from '../messages.ts'
import { createCoreModel } from './core-model.ts'
import { createSpoolModel } from './spool-model.ts'

const keyText = `${'K'.repeat(42)}A=`
/** Stands for Ed25519: another text has another signature, which is all a session needs to rely on. */
export const fakeSign = (message: string): string => createHash('sha512').update(message).digest('base64')
const fakeVerify = (key: string, message: string, signature: string): boolean =>
  key === keyText && signature === fakeSign(message)

interface Link {
  readonly agent: AgentSession
  readonly server: ServerSession
  readonly up: string[]
  readonly down: string[]
  agentUp: boolean
  serverUp: boolean
  /** Somebody has interfered: the connection may end for any reason. */
  tampered: boolean
  /** What the agent's host has read and not offered yet. */
  reads: { readonly after: number; readonly items: readonly WritableItem[] }[]
  /** Where the agent's host reads next. */
  position: number
}

export interface WorldOptions {
  readonly keyed: boolean
  readonly window: number
  readonly batchItems: number
  readonly lingerMs: number
  /** The agent's host offers what it has read at once. */
  readonly promptReads: boolean
}

export type World = ReturnType<typeof createWorld>

export const createWorld = (options: WorldOptions) => {
  const spool = createSpoolModel('0123456789abcdef'.repeat(2))
  const core = createCoreModel()
  const memo = createBodyMemo()
  let mono = 1000
  let busy = false
  let sessions = 0
  let link: Link | undefined
  /** Ends and faults of connections that nobody interfered with. */
  const ends: (AgentEnd | ServerEnd)[] = []
  const oddities: string[] = []

  const at = (): At => ({ now: 1_767_225_600_000 + mono, mono })

  const tellServer = (l: Link, input: ServerInput): void => {
    if (!l.serverUp) return
    for (const action of l.server.take(input, at())) doServer(l, action)
  }
  const tellAgent = (l: Link, input: AgentInput): void => {
    if (!l.agentUp) return
    for (const action of l.agent.take(input, at())) doAgent(l, action)
    if (l === link) fill(l)
  }

  const odd = (l: Link, what: string): void => {
    if (!l.tampered) oddities.push(what)
  }

  const doServer = (l: Link, action: ServerAction): void => {
    switch (action.type) {
      case 'send':
        l.down.push(action.text)
        return
      case 'login':
        if (options.keyed) tellServer(l, { type: 'challenge', nonce: `${'N'.repeat(42)}A=`, key: keyText })
        else admit(l, action.hello.after)
        return
      case 'proved':
        if (action.ok) admit(l, helloAfter)
        return
      case 'deliver': {
        const taken = core.take(action.batch, busy)
        if (taken === 'busy') tellServer(l, { type: 'nack', through: core.applied, reason: taken, retryMs: 500 })
        else if (action.batch.last <= core.through) tellServer(l, { type: 'durable', through: core.through })
        return
      }
      case 'fault':
        odd(l, `server fault ${action.code}`)
        return
      case 'end':
        l.serverUp = false
        if (!l.tampered) ends.push(action.how)
        return
      case 'now':
      case 'answered':
      case 'unanswered':
      case 'measured':
    }
  }

  let helloAfter = 0
  const admit = (l: Link, after: number): void => {
    core.passTo(after)
    tellServer(l, {
      type: 'admit',
      admission: {
        session: `s${++sessions}`,
        network: '1337',
        through: core.through,
        window: options.window,
        intervals: { reportMs: 15_000, lingerMs: options.lingerMs, pingMs: 10_000 },
        limits: { batchItems: options.batchItems, batchBytes: 64 * 1024 },
        durable: true,
        ...(options.keyed ? { key: keyText } : {}),
      },
    })
  }

  const doAgent = (l: Link, action: AgentAction): void => {
    switch (action.type) {
      case 'send':
        l.up.push(action.text)
        return
      case 'acknowledged':
        if (action.through > spool.cursor) spool.commit(action.through)
        return
      case 'resend':
        // A read under way is not stopped by it: what it gives is offered all the same.
        l.position = action.after
        return
      case 'fault':
        odd(l, `agent fault ${action.code}`)
        return
      case 'end':
        l.agentUp = false
        if (!l.tampered) {
          ends.push(action.how)
          if (action.how === 'lost' && !/ended|heard|in time/.test(action.reason)) oddities.push(action.reason)
        }
        return
      case 'welcomed':
      case 'intervals':
      case 'request':
      case 'measured':
    }
  }

  /** The agent's host: reads while there is room, offers now or later. */
  const fill = (l: Link): void => {
    while (l.agentUp && l.reads.length < 3) {
      const planned = l.reads.reduce((sum, { items }) => sum + items.length, 0)
      const room = Math.min(l.agent.room() - planned, 7)
      const items = room > 0 ? spool.read(l.position, room) : []
      const last = items.at(-1)
      if (last === undefined) return
      l.reads.push({ after: l.position, items })
      l.position = last.sequence
      if (options.promptReads) offerRead(l)
    }
  }
  const offerRead = (l: Link): void => {
    const read = l.reads.shift()
    if (read !== undefined) tellAgent(l, { type: 'offer', ...read })
  }

  const connect = (): void => {
    if (link?.agentUp === true) return
    // The session registry ends an older connection of the same stream.
    if (link !== undefined) link.serverUp = false
    helloAfter = spool.cursor
    const agent = createAgentSession({
      hello: {
        agent: 'alpha',
        node: 'alpha',
        info: { name: 'alpha' },
        spool: spool.id,
        after: helloAfter,
        acknowledged: 0,
        lives: [{ life: '1'.repeat(16), from: 1 }],
        software: 'model',
        ...(options.keyed ? { key: keyText } : {}),
      },
      last: spool.last,
      ...(options.keyed ? { sign: fakeSign } : {}),
    })
    const server = createServerSession({ memo, verify: fakeVerify })
    const l: Link = {
      agent,
      server,
      up: [],
      down: [],
      agentUp: true,
      serverUp: true,
      tampered: false,
      reads: [],
      position: helloAfter,
    }
    link = l
    tellServer(l, { type: 'opened' })
    tellAgent(l, { type: 'opened' })
  }

  /** A side that is notified; the other finds out by silence. */
  const cut = (who: 'both' | 'agent' | 'server'): void => {
    const l = link
    if (l === undefined) return
    l.up.length = 0
    l.down.length = 0
    if (who !== 'server') tellAgent(l, { type: 'closed' })
    if (who !== 'agent') tellServer(l, { type: 'closed' })
    l.up.length = 0
    l.down.length = 0
    // Nothing passes any more, no matter who still believes in it.
    if (who === 'agent') l.agentUp = false
    else l.serverUp = false
  }

  const deliver = (direction: 'up' | 'down', frames: number): void => {
    const l = link
    if (l === undefined) return
    for (let n = 0; n < frames; n++) {
      const text = l[direction].shift()
      if (text === undefined) return
      if (direction === 'up') tellServer(l, { type: 'frame', text })
      else tellAgent(l, { type: 'frame', text })
    }
  }

  const tick = (): void => {
    const l = link
    if (l === undefined) return
    if (l.serverUp && l.server.wakeAt() <= mono) tellServer(l, { type: 'tick' })
    if (l.agentUp && l.agent.wakeAt() <= mono) tellAgent(l, { type: 'tick' })
  }

  return {
    spool,
    core,
    ends,
    oddities,
    connect,
    cut,
    deliver,
    tick,
    link: (): Link | undefined => link,
    setBusy: (value: boolean): void => {
      busy = value
    },
    advance: (ms: number): void => {
      mono += ms
      tick()
    },
    commit: (chunks: number): void => {
      core.commit(chunks)
      if (link !== undefined) tellServer(link, { type: 'durable', through: core.through })
    },
    giveUp: (): void => {
      core.giveUp()
      if (link !== undefined) tellServer(link, { type: 'nack', through: core.through, reason: 'lost', retryMs: 100 })
    },
    offerRead: (): void => {
      if (link !== undefined) offerRead(link)
      if (link !== undefined) fill(link)
    },
    fill: (): void => {
      if (link?.agentUp === true) fill(link)
    },
    server: (input: ServerInput): void => {
      if (link !== undefined) tellServer(link, input)
    },
    restartServer: (): void => {
      cut('both')
      core.restart()
    },
    restartAgent: (): void => {
      cut('both')
      spool.restart()
    },
    tamper: (direction: 'up' | 'down', change: (frames: string[]) => void): void => {
      const frames = link?.[direction]
      if (link === undefined || frames === undefined || frames.length === 0) return
      link.tampered = true
      change(frames)
    },
  }
}
