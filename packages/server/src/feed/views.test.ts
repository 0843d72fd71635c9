import { describe, expect, it } from 'vitest'
import type { NodeWindow, Topic } from '@netstats/protocol/feed'
import { parseFilter } from './filter.ts'
import { isUsual } from './views.ts'

const nodes = (over: Partial<NodeWindow> = {}): Topic => ({
  topic: 'nodes',
  network: '1',
  window: { sort: 'name', descending: false, filter: '', offset: 0, limit: 50, pinned: [], ...over },
})
const filterOf = (text: string) => {
  const parsed = parseFilter(text)
  return parsed.ok ? parsed.filter : undefined
}

describe('what every dashboard opens', () => {
  it('is the list of networks, and of one its summary, map, newest blocks and first rows', () => {
    const usual: readonly Topic[] = [
      { topic: 'networks' },
      { topic: 'summary', network: '1' },
      { topic: 'map', network: '1' },
      { topic: 'blocks', network: '1', limit: 40 },
      nodes(),
      nodes({ sort: 'behind', descending: true, limit: 80 }),
    ]
    for (const topic of usual) expect(isUsual(topic, filterOf(''))).toBe(true)
  })

  it('is nothing that a viewer can make thousands of', () => {
    const own: readonly Topic[] = [
      { topic: 'node', network: '1', node: 'a' },
      { topic: 'block', network: '1', hash: '0x1' },
      { topic: 'blocks', network: '1', limit: 41 },
      nodes({ offset: 50 }),
      nodes({ limit: 51 }),
      nodes({ pinned: ['a'] }),
      nodes({ descending: true }),
      nodes({ sort: 'peers' }),
    ]
    for (const topic of own) expect(isUsual(topic, undefined)).toBe(false)
    expect(isUsual(nodes(), filterOf('geth'))).toBe(false)
  })
})
