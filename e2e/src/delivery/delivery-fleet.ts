/** Agents in processes of their own, which may be killed and are started again at their place, copied and put back. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '@netstats/protocol/testing/random'
import { run, until } from '../support/processes.ts'
import type { Running } from '../support/processes.ts'
import type { ChildOptions } from './agent-child.ts'
import { copyFolder, heldIn, numbersFrom, putBack } from './copies.ts'

const program = join(import.meta.dirname, 'agent-child.ts')

export interface FleetOptions extends Pick<ChildOptions, 'port' | 'secret' | 'network' | 'everyMs' | 'maxBytes'> {
  readonly agents: number
  /** Where journals are, and the data of each agent unless `dataOf` says otherwise. */
  readonly folder: string
  readonly dataOf?: (i: number) => string | undefined
  readonly random: Random
}

/** A copy of an agent's folder, and where its journal was then. */
export interface Copy {
  readonly data: string
  readonly written: number
}

export interface Fleet extends AsyncDisposable {
  readonly names: readonly string[]
  pidOf(i: number): number
  /** Kills it, and starts it again at once. */
  kill(i: number): Promise<void>
  copy(i: number): Copy
  /**
   * Kills it, and starts it again on the copy. What its spool held by then is gone with it; what it had produced since
   * the copy as well where the server `forgets` it too.
   */
  putBack(i: number, copy: Copy, forgets?: boolean): Promise<void>
  /** Starts another machine on a copy of its folder, and ends one of the two when `named` says so. */
  clone(i: number, named: (outputs: () => string) => Promise<void>): Promise<void>
  /** No more is produced; resolves when all is delivered, with what each agent last said where it is not in time. */
  drain(withinMs: number): Promise<void>
  journals(): ReadonlyMap<string, string>
  /** By node: what went with a folder, and was never acknowledged to anybody who is left. */
  gone(): ReadonlyMap<string, ReadonlySet<number>>
}

/** Where a process of an agent has what it has. */
interface Home {
  readonly data: string
  readonly journal: string
  /** Machines of one name do not use the same numbers. */
  readonly first: number
}

// oxlint-disable-next-line max-lines-per-function -- killing, putting back and cloning agents moves the same processes between the same folders
export const startFleet = (options: FleetOptions): Fleet => {
  const { agents, folder, random } = options
  const names = Array.from({ length: agents }, (_, i) => `agent-${i}`)
  const nameOf = (i: number): string => names[i] ?? ''
  const homes = names.map((name, i): Home => {
    const data = options.dataOf?.(i) ?? join(folder, name)
    return { data, journal: join(folder, `${name}.journal`), first: 0 }
  })
  const journals = names.map((_, i) => [homeAt(homes, i).journal])
  const gone = new Map(names.map((name) => [name, new Set<number>()]))
  /** Folders of machines that have ended with something left to deliver. */
  const parked: { readonly i: number; readonly home: Home }[] = []
  let copies = 0

  const start = (i: number, { data, journal, first }: Home): Running => {
    const { port, secret, network, everyMs, maxBytes } = options
    const seed = random.int(2 ** 31)
    const child: ChildOptions = {
      name: nameOf(i),
      data,
      journal,
      first,
      seed,
      port,
      secret,
      network,
      everyMs,
      maxBytes,
    }
    return run(process.execPath, [program, JSON.stringify(child)])
  }
  const children = names.map((_, i) => start(i, homeAt(homes, i)))
  const childAt = (i: number): Running => {
    const child = children[i]
    if (child === undefined) throw new RangeError(`no agent ${i}`)
    return child
  }
  const started = (child: Running): Promise<true> =>
    until('an agent', async () => (child.output().includes('started') ? true : undefined), child)
  const end = async (i: number, child: Running): Promise<void> => {
    child.kill('SIGKILL')
    const how = await child.exit
    if (how !== 'SIGKILL') throw new Error(`${names[i]} ended by itself with ${how}:\n${child.output()}`)
  }
  const copy = (i: number): Copy => {
    const { data, journal } = homeAt(homes, i)
    const to = join(folder, `copy-${++copies}`)
    copyFolder(childAt(i).pid, data, to)
    return { data: to, written: statSync(journal).size }
  }
  const deliver = async (i: number, child: Running, tooLate: Promise<'late'>): Promise<void> => {
    await started(child)
    child.kill('SIGUSR2')
    const how = await Promise.race([child.exit, tooLate])
    if (how !== 0) throw new Error(`${names[i]} has not delivered everything (${how}):\n${child.output()}`)
  }

  return {
    names,
    pidOf: (i) => childAt(i).pid,
    async kill(i) {
      await end(i, childAt(i))
      children[i] = start(i, homeAt(homes, i))
    },
    copy,
    async putBack(i, { data, written }, forgets = false) {
      const home = homeAt(homes, i)
      await end(i, childAt(i))
      const aside = join(folder, `aside-${++copies}`)
      putBack(data, home.data, aside)
      const lost = gone.get(nameOf(i))
      for (const number of heldIn(aside)) lost?.add(number)
      if (forgets) for (const number of numbersFrom(home.journal, written)) lost?.add(number)
      children[i] = start(i, home)
    },
    async clone(i, named) {
      await started(childAt(i))
      const { data } = copy(i)
      const journal = join(folder, `${nameOf(i)}.${copies}.journal`)
      const home: Home = { data, journal, first: copies * 1_000_000 }
      journals[i]?.push(journal)
      const twin = start(i, home)
      try {
        await started(twin)
        await named(() => childAt(i).output() + twin.output())
      } catch (error) {
        twin.kill('SIGKILL')
        throw error
      }
      const stays = random.chance(0.5)
      await end(i, stays ? twin : childAt(i))
      parked.push({ i, home: stays ? home : homeAt(homes, i) })
      if (stays) return
      children[i] = twin
      homes[i] = home
    },
    async drain(withinMs) {
      const late = AbortSignal.timeout(withinMs)
      const tooLate = new Promise<'late'>((resolve) => late.addEventListener('abort', () => resolve('late')))
      await Promise.all(children.map((child, i) => deliver(i, child, tooLate)))
      // One after the other: a node is one connection.
      for (const { i, home } of parked) await deliver(i, (children[i] = start(i, home)), tooLate)
    },
    journals: () =>
      new Map(names.map((name, i) => [name, (journals[i] ?? []).map((file) => readFileSync(file, 'utf8')).join('')])),
    gone: () => gone,
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(children.map((child) => child.exit))
    },
  }
}

const homeAt = (homes: readonly Home[], i: number): Home => {
  const home = homes[i]
  if (home === undefined) throw new RangeError(`no agent ${i}`)
  return home
}
