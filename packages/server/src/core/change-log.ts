/**
 * Puts what the core concludes into the log, a few lines per network and sort in a while. When 5,000 nodes leave at once
 * the first lines name them and one line counts the rest: a log is read at night by somebody in a hurry.
 */
import type { Logger } from '@netstats/sdk'
import type { CoreListener } from '../shard/mod.ts'
import type { Change } from '../shard/changes.ts'

/** Lines per sort and network within the window, before the rest is only counted. */
const quota = 10
const windowMs = 10_000

type Level = 'warn' | 'info' | 'debug'

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
      return ['debug', 'the head moved to another branch']
    case 'reorg':
      // Clique reorganises by one all the time; deeper is news.
      return [change.depth > 1 ? 'info' : 'debug', 'nodes moved to another branch']
    case 'split':
      return ['warn', 'nodes are split over several branches']
    case 'reunited':
      return ['info', 'all nodes are on one branch again']
  }
}

/** What was held back is logged with the first tick after the window. */
export const createChangeLog = (log: Logger): CoreListener => {
  const told = new Map<string, { readonly change: Change; lines: number }>()
  let windowEnds = 0

  const note = (change: Change): void => {
    if (change.type === 'head' && change.displaced === 0) return
    const key = `${change.type} ${change.network}`
    const entry = told.get(key) ?? { change, lines: 0 }
    if (entry.lines === 0) told.set(key, entry)
    if (++entry.lines > quota) return
    const { type: _type, at: _at, ...facts } = change
    const [level, message] = wording(change)
    log[level](facts, message)
  }

  const endWindow = (at: number): void => {
    if (at < windowEnds) return
    windowEnds = at + windowMs
    for (const { change, lines } of told.values()) {
      const [level, message] = wording(change)
      if (lines > quota)
        log[level]({ network: change.network, more: lines - quota }, `${message}, and more of the same`)
    }
    told.clear()
  }

  return ({ input, changes }) => {
    for (const change of changes) note(change)
    if (input.type === 'tick') endWindow(input.at)
  }
}
