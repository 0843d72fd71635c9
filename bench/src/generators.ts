import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Counts, ToGenerator, ToParent } from './messages.ts'

/** The load: several generator processes acting as one fleet. */
export interface Fleet extends Disposable {
  open(options: { host: string; port: number; agents: number; secret: string }): Promise<void>
  run(on: boolean): void
  announce(number: number, timestampSeconds: number, sampleEvery: number): void
  counts(): Promise<Counts>
  onSent(listener: (id: string, number: number, at: number) => void): void
}

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
  const answer = <T extends ToParent['type']>(child: ChildProcess, type: T): Promise<Extract<ToParent, { type: T }>> =>
    new Promise((resolve, reject) => {
      const hear = (message: ToParent): void => {
        if (message.type === 'failed') reject(new Error(message.reason))
        if (message.type !== type && message.type !== 'failed') return
        child.off('message', hear)
        if (message.type === type) resolve(message as Extract<ToParent, { type: T }>)
      }
      child.on('message', hear)
      child.once('exit', (code) => reject(new Error(`a generator ended with code ${code}`)))
    })
  return {
    async open({ host, port, agents, secret }) {
      const share = Math.ceil(agents / children.length)
      await Promise.all(
        children.map((child, i) => {
          const first = i * share
          const done = answer(child, 'opened')
          send(child, { type: 'open', host, port, first, count: Math.max(0, Math.min(share, agents - first)), secret })
          return done
        }),
      )
    },
    run: (on) => children.forEach((child) => send(child, { type: 'run', on })),
    announce: (number, timestampSeconds, sampleEvery) =>
      children.forEach((child) => send(child, { type: 'announce', number, timestampSeconds, sampleEvery })),
    async counts() {
      const all = await Promise.all(
        children.map((child) => {
          const done = answer(child, 'counts')
          send(child, { type: 'count' })
          return done
        }),
      )
      const sum = (pick: (c: Counts) => number): number => all.reduce((total, one) => total + pick(one), 0)
      return {
        messages: sum((c) => c.messages),
        bytes: sum((c) => c.bytes),
        blocked: sum((c) => c.blocked),
        ready: sum((c) => c.ready),
        lost: sum((c) => c.lost),
      }
    },
    onSent: (hear) => {
      listener = hear
    },
    [Symbol.dispose]: () => children.forEach((child) => child.kill('SIGKILL')),
  }
}
