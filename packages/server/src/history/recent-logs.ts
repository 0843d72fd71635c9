/**
 * The newest log lines of each network, in memory, for those who follow them live: the same lines that go to the store, in
 * the order they came. Bounded by lines and characters a network, and by characters in all: a line beyond displaces the
 * oldest ones of its own network.
 */
import type { RecentLine, RecentLogs } from './history-model.ts'

export interface RecentLogsLimits {
  readonly lines: number
  readonly characters: number
  /** Of all networks together. */
  readonly allCharacters: number
}

export const defaultRecentLogsLimits: RecentLogsLimits = {
  lines: 4096,
  characters: 2 * 1024 * 1024,
  allCharacters: 64 * 1024 * 1024,
}

/** What a line takes beside its texts, about. */
const ownCharacters = 100

const charactersOf = ({ message, fields }: Omit<RecentLine, 'id'>): number =>
  ownCharacters +
  message.length +
  Object.entries(fields ?? {}).reduce((sum, [name, value]) => sum + name.length + value.length, 0)

interface Lines {
  /** Oldest first, from `begin` on. */
  all: RecentLine[]
  begin: number
  characters: number
  newest: number
}

export interface OwnRecentLogs extends RecentLogs {
  add(network: string, line: Omit<RecentLine, 'id'>): void
  /** Forgets a network that is gone. */
  forget(network: string): void
}

export const createRecentLogs = (limits: RecentLogsLimits = defaultRecentLogsLimits): OwnRecentLogs => {
  const networks = new Map<string, Lines>()
  let characters = 0

  const dropOldest = (lines: Lines): void => {
    const size = charactersOf(lines.all[lines.begin++] as RecentLine)
    lines.characters -= size
    characters -= size
    // The list is cut now and then: each line is moved once, not with every line that comes.
    if (lines.begin < limits.lines) return
    lines.all = lines.all.slice(lines.begin)
    lines.begin = 0
  }

  return {
    add(network, line) {
      let lines = networks.get(network)
      if (lines === undefined) networks.set(network, (lines = { all: [], begin: 0, characters: 0, newest: 0 }))
      const size = charactersOf(line)
      lines.all.push({ id: ++lines.newest, ...line })
      lines.characters += size
      characters += size
      while (
        lines.all.length - lines.begin > 1 &&
        (lines.all.length - lines.begin > limits.lines ||
          lines.characters > limits.characters ||
          characters > limits.allCharacters)
      )
        dropOldest(lines)
    },
    forget(network) {
      characters -= networks.get(network)?.characters ?? 0
      networks.delete(network)
    },
    newest: (network) => networks.get(network)?.newest ?? 0,
    after(network, id) {
      const { all = [], begin = 0 } = networks.get(network) ?? {}
      let from = all.length
      while (from > begin && (all[from - 1] as RecentLine).id > id) from--
      return all.slice(from)
    },
  }
}
