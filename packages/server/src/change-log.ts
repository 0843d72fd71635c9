/**
 * Puts what the core concludes into the log, a few lines per network and sort in a while. When 5,000 nodes leave at once
 * the first lines name them and one line counts the rest: a log is read at night by somebody in a hurry.
 */
import type { Logger } from '@netstats/sdk'
import type { Change } from './shard/model.ts'

export interface ChangeLog {
  note(change: Change): void
  /** Time passes; `at` in Unix milliseconds. Tells of what was held back. */
  tick(at: number): void
}

/** Lines per sort and network within the window, before the rest is only counted. */
const quota = 10
const windowMs = 10_000

type Level = 'info' | 'debug'

const wording = (change: Change): readonly [Level, string] => {
  switch (change.type) {
    case 'network-added':
      return ['info', 'a network appeared']
    case 'network-removed':
      return ['info', 'a network was removed']
    case 'node-added':
      return ['debug', 'a node appeared']
    case 'node-active':
      return ['debug', 'a node is active']
    case 'node-inactive':
      return ['info', 'a node is inactive']
    case 'node-removed':
      return ['info', 'a node was removed']
    case 'head':
      // Clique reorganises by one all the time; deeper is news.
      return [change.reorgDepth > 1 ? 'info' : 'debug', 'the head moved to another branch']
  }
}

export const createChangeLog = (log: Logger): ChangeLog => {
  const told = new Map<string, { readonly change: Change; lines: number }>()
  let windowEnds = 0

  return {
    note: (change) => {
      if (change.type === 'head' && change.reorgDepth === 0) return
      const key = `${change.type} ${change.network}`
      const entry = told.get(key) ?? { change, lines: 0 }
      if (entry.lines === 0) told.set(key, entry)
      if (++entry.lines > quota) return
      const { type: _type, at: _at, ...facts } = change
      const [level, message] = wording(change)
      log[level](facts, message)
    },
    tick: (at) => {
      if (at < windowEnds) return
      windowEnds = at + windowMs
      for (const { change, lines } of told.values()) {
        const [level, message] = wording(change)
        if (lines > quota)
          log[level]({ network: change.network, more: lines - quota }, `${message}, and more of the same`)
      }
      told.clear()
    },
  }
}
