/** Agents in processes of their own, which may be killed and are started again at their place. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '@netstats/protocol/testing/random'
import { run, until } from '../support/processes.ts'
import type { Running } from '../support/processes.ts'
import type { ChildOptions } from './agent-child.ts'

const program = join(import.meta.dirname, 'agent-child.ts')

export interface FleetOptions extends Pick<ChildOptions, 'port' | 'secret' | 'network' | 'everyMs' | 'maxBytes'> {
  readonly agents: number
  /** Where journals are, and the data of each agent unless `dataOf` says otherwise. */
  readonly folder: string
  readonly dataOf?: (i: number) => string | undefined
  readonly random: Random
}

export interface Fleet extends AsyncDisposable {
  readonly names: readonly string[]
  pidOf(i: number): number
  /** Kills it, and starts it again at once. */
  kill(i: number): Promise<void>
  /** No more is produced; resolves when all is delivered, with what each agent last said where it is not in time. */
  drain(withinMs: number): Promise<void>
  journals(): ReadonlyMap<string, string>
}

export const startFleet = (options: FleetOptions): Fleet => {
  const { agents, folder, random } = options
  const names = Array.from({ length: agents }, (_, i) => `agent-${i}`)
  const journalOf = (name: string): string => join(folder, `${name}.journal`)

  const start = (i: number): Running => {
    const name = names[i] ?? ''
    const { port, secret, network, everyMs, maxBytes } = options
    const child: ChildOptions = {
      name,
      data: options.dataOf?.(i) ?? join(folder, name),
      journal: journalOf(name),
      seed: random.int(2 ** 31),
      port,
      secret,
      network,
      everyMs,
      maxBytes,
    }
    return run(process.execPath, [program, JSON.stringify(child)])
  }
  const children = names.map((_, i) => start(i))
  const childAt = (i: number): Running => {
    const child = children[i]
    if (child === undefined) throw new RangeError(`no agent ${i}`)
    return child
  }

  return {
    names,
    pidOf: (i) => childAt(i).pid,
    async kill(i) {
      const child = childAt(i)
      child.kill('SIGKILL')
      const how = await child.exit
      if (how !== 'SIGKILL') throw new Error(`${names[i]} ended by itself with ${how}:\n${child.output()}`)
      children[i] = start(i)
    },
    async drain(withinMs) {
      for (const child of children) {
        await until('an agent', async () => (child.output().includes('started') ? true : undefined), child)
        child.kill('SIGUSR2')
      }
      const late = AbortSignal.timeout(withinMs)
      const tooLate = new Promise<'late'>((resolve) => late.addEventListener('abort', () => resolve('late')))
      for (const [i, child] of children.entries()) {
        const how = await Promise.race([child.exit, tooLate])
        if (how !== 0) throw new Error(`${names[i]} has not delivered everything (${how}):\n${child.output()}`)
      }
    },
    journals: () => new Map(names.map((name) => [name, readFileSync(journalOf(name), 'utf8')])),
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(children.map((child) => child.exit))
    },
  }
}
