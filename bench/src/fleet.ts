/** The load generator: several generator processes that act as one fleet. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Announcement, Counts, Cut, OpenOptions, ToGenerator, ToParent } from './generator-messages.ts'
import { mergeTimes } from './time-counts.ts'

export interface Fleet extends Disposable {
  /** Opens `agents` agents from number `first` on, 0 by default. */
  open(
    options: Omit<OpenOptions, 'first' | 'count'> & { readonly agents: number; readonly first?: number },
  ): Promise<void>
  run(on: boolean): void
  /** Multiplies the rate of reports. */
  rate(factor: number): void
  announce(announcement: Announcement): void
  cut(which: Cut): void
  counts(clear?: boolean): Promise<Counts>
  onSent(listener: (id: string, number: number, at: number) => void): void
}

/** Agents that one generator carries: the open-file limit allows no more than 20,000, and one alone would be late. */
const agentsAProcess = 10_000
export const generatorsFor = (agents: number): number => Math.max(2, Math.ceil(agents / agentsAProcess))

export const startFleet = (processes: number): Fleet => {
  const children: ChildProcess[] = []
  let listener: (id: string, number: number, at: number) => void = () => undefined
  for (let i = 0; i < processes; i++) {
    const child = fork(join(import.meta.dirname, 'generator.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    child.setMaxListeners(50)
    child.on('message', (message: ToParent) => {
      if (message.type === 'sent') listener(message.id, message.number, message.at)
    })
    children.push(child)
  }
  const send = (child: ChildProcess, message: ToGenerator): void => {
    child.send(message)
  }
  const all = (message: ToGenerator): void => children.forEach((child) => send(child, message))
  const answer = <T extends ToParent['type']>(child: ChildProcess, type: T): Promise<Extract<ToParent, { type: T }>> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`a generator ended with code ${code}`))
      const hear = (message: ToParent): void => {
        if (message.type === 'failed') reject(new Error(message.reason))
        if (message.type !== type && message.type !== 'failed') return
        child.off('message', hear)
        child.off('exit', ended)
        if (message.type === type) resolve(message as Extract<ToParent, { type: T }>)
      }
      child.on('message', hear)
      child.once('exit', ended)
    })
  return {
    async open({ agents, first = 0, ...options }) {
      const share = Math.ceil(agents / children.length)
      await Promise.all(
        children.map((child, i) => {
          const done = answer(child, 'opened')
          const count = Math.max(0, Math.min(share, agents - i * share))
          send(child, { type: 'open', ...options, first: first + i * share, count })
          return done
        }),
      )
    },
    run: (on) => all({ type: 'run', on }),
    rate: (factor) => all({ type: 'rate', factor }),
    announce: (announcement) => all({ type: 'announce', ...announcement }),
    cut: (which) => all({ type: 'cut', ...which }),
    async counts(clear = false) {
      const told = children.map((child) => {
        const done = answer(child, 'counts')
        send(child, { type: 'count', clear })
        return done
      })
      return mergeCounts(await Promise.all(told))
    },
    onSent: (hear) => {
      listener = hear
    },
    [Symbol.dispose]: () => children.forEach((child) => child.kill('SIGKILL')),
  }
}

const mergeCounts = (all: readonly Counts[]): Counts => {
  const sum = (pick: (c: Counts) => number): number => all.reduce((total, one) => total + pick(one), 0)
  const sumBy = (pick: (c: Counts) => Readonly<Record<string, number>>): Record<string, number> => {
    const sums: Record<string, number> = {}
    for (const one of all) for (const [key, n] of Object.entries(pick(one))) sums[key] = (sums[key] ?? 0) + n
    return sums
  }
  return {
    members: sum((c) => c.members),
    active: sum((c) => c.active),
    messages: sum((c) => c.messages),
    bytes: sum((c) => c.bytes),
    blocks: sum((c) => c.blocks),
    blocked: sum((c) => c.blocked),
    lost: sum((c) => c.lost),
    refused: sumBy((c) => c.refused),
    webSocketPings: sum((c) => c.webSocketPings),
    pings: {
      ...mergeTimes(all.map((c) => c.pings)),
      sent: sum((c) => c.pings.sent),
      answered: sum((c) => c.pings.answered),
      overdue: sum((c) => c.pings.overdue),
    },
    stayedPings: mergeTimes(all.map((c) => c.stayedPings)),
    back: mergeTimes(all.map((c) => c.back)),
    observations: sum((c) => c.observations ?? 0),
    acknowledged: sum((c) => c.acknowledged ?? 0),
    spoolFull: sum((c) => c.spoolFull ?? 0),
    nacks: sumBy((c) => c.nacks ?? {}),
    acks: mergeTimes(all.map((c) => c.acks ?? { bins: [], max: 0 })),
  }
}
