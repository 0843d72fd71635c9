/** An agent as a folder on a disk and a process that has it open; both can be copied at any moment. */
import { createHash } from 'node:crypto'
import type { Life, WritableItem } from '../messages.ts'

export interface Row extends WritableItem {
  /** Which observation it is, whatever it is called where: no two have the same. */
  readonly id: number
}

/** What lies in the data folder. */
export interface Folder {
  readonly rows: readonly Row[]
  readonly lives: readonly Life[]
  readonly next: number
  /** Settled; what is before it is freed. `count`: so many of the stream. */
  readonly cursor: number
  readonly count: number
  /** It has parted from another branch within a life: what it counts is not what that one counted. */
  readonly forked: boolean
  /** Of observations whose acknowledgement this agent remembers in some way. */
  readonly acked: ReadonlySet<number>
}

/** What a process knows beyond that. */
export interface Memory {
  readonly cursor: number
  readonly count: number
  readonly acked: ReadonlySet<number>
  /** Its clock has not shown yet that the machine was put back. */
  readonly leap: boolean
}

export interface Agent {
  folder: Folder
  /** Undefined: it does not run. */
  memory: Memory | undefined
}

export const emptyFolder: Folder = {
  rows: [],
  lives: [],
  next: 1,
  cursor: 0,
  count: 0,
  forked: false,
  acked: new Set(),
}

const beginLife = (lives: readonly Life[], life: string, from: number): readonly Life[] =>
  [...lives.filter((one) => one.from < from), { life, from }].slice(-64)

/** Opens the folder: a new life. `clock` may be behind what was given out. */
export const start = (folder: Folder, life: string, clock: number): Agent => {
  const from = Math.max(folder.next, (folder.rows.at(-1)?.sequence ?? 0) + 1, clock)
  const { cursor, count, acked } = folder
  return {
    folder: { ...folder, lives: beginLife(folder.lives, life, folder.next), next: from },
    memory: { cursor, count, acked, leap: false },
  }
}

export const append = (agent: Agent, id: number, newLife: string): void => {
  const { memory } = agent
  if (memory === undefined) return
  let { folder } = agent
  if (memory.leap) {
    folder = { ...folder, lives: beginLife(folder.lives, newLife, folder.next) }
    agent.memory = { ...memory, leap: false }
  }
  const sequence = folder.next
  const row: Row = { id, sequence, kind: 'pending', observedAt: 1000 + (sequence % 5), body: `{"pending":${id}}` }
  agent.folder = { ...folder, rows: [...folder.rows, row], next: sequence + 1 }
}

/** Everything through here is settled as acknowledged; gives the ids that are so by this. */
export const settle = (agent: Agent, through: number): readonly number[] => {
  const { folder, memory } = agent
  if (memory === undefined || through <= memory.cursor) return []
  const now = folder.rows.filter(({ sequence }) => sequence > memory.cursor && sequence <= through)
  const ids = now.map(({ id }) => id)
  agent.memory = {
    ...memory,
    cursor: through,
    count: memory.count + ids.length,
    acked: new Set([...memory.acked, ...ids]),
  }
  return ids
}

/** Gives up what is left through here, which is told, and begins a new life; where it is in doubt, only beyond its end. */
export const disown = (agent: Agent, through: number, life: string, doubt = false): readonly number[] => {
  const { folder, memory } = agent
  if (memory === undefined) return []
  const lost = folder.rows.filter(({ sequence }) => sequence > memory.cursor && sequence <= through)
  const next = Math.max(folder.next, through + 1)
  const cursor = Math.max(memory.cursor, through)
  const count = memory.count + lost.length
  // What it appended since is its own, and that of copies of its folder made since.
  const own = folder.rows.find(({ sequence }) => sequence === through)
  const was = folder.lives.findLast(({ from }) => from <= through)
  const itsOwn = own === undefined ? `${life.slice(1)}f` : forkOf(was?.life ?? '', through, own)
  const parted = [...folder.lives.filter((one) => one.from !== through + 1), { life: itsOwn, from: through + 1 }]
  const branched = beginLife(
    parted.toSorted((a, b) => a.from - b.from),
    life,
    next,
  )
  const isSame = doubt && next === folder.next
  const lives = isSame ? folder.lives : doubt ? beginLife(folder.lives, life, next) : branched
  agent.memory = { ...memory, cursor, count }
  const forked = folder.forked || !doubt
  const rows = after(folder.rows, cursor)
  agent.folder = { ...folder, lives, next, cursor, count, forked, acked: memory.acked, rows }
  return lost.map(({ id }) => id)
}

const forkOf = (life: string, through: number, row: Row): string =>
  createHash('sha256').update(`${life} ${through} ${row.id}`).digest('hex').slice(0, 16)

/** What was settled reaches the disk, and is freed. */
export const save = (agent: Agent): void => {
  const { folder, memory } = agent
  if (memory === undefined) return
  const { cursor, count, acked } = memory
  agent.folder = { ...folder, cursor, count, acked, rows: after(folder.rows, cursor) }
}

const after = (rows: readonly Row[], cursor: number): readonly Row[] => rows.filter(({ sequence }) => sequence > cursor)
