/**
 * Whose views are. What every dashboard opens of a network that is known is nobody's: there are a few of those a network, and
 * they are always served. All others belong to the address that opened them, as long as it looks, and then to one that does.
 */
import type { Topic } from '@netstats/protocol/feed'
import type { Filter } from './filter.ts'

/** How many of the newest blocks dashboards ask for: the default, and what ours shows. */
const usualBlocks: readonly number[] = [40, 72]
/** How many open alarms dashboards ask for: the default, and those of the head of a page. */
const usualAlarms: readonly number[] = [1, 50, 200]
/** The first rows of the table, on small and large screens. */
const usualRows: readonly number[] = [40, 50, 60, 70, 80]

export const isUsual = (topic: Topic, filter: Filter | undefined): boolean => {
  switch (topic.topic) {
    case 'networks':
    case 'summary':
    case 'map':
      return true
    case 'alarms':
      return topic.network === undefined && usualAlarms.includes(topic.limit)
    case 'blocks':
      return usualBlocks.includes(topic.limit)
    case 'nodes': {
      const { sort, descending, offset, limit, pinned } = topic.window
      const isFirst = offset === 0 && pinned.length === 0 && usualRows.includes(limit)
      const isUsualOrder = descending ? sort === 'behind' : sort === 'name'
      return isFirst && isUsualOrder && (filter?.canonical ?? '') === ''
    }
    case 'node':
    case 'block':
    case 'logs':
    case 'metrics':
      return false
  }
}
