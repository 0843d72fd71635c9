// @vitest-environment happy-dom
import type { NodeWindow } from '@netstats/protocol/feed'
import { signal } from '@preact/signals'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { change, draw } from '../testing/page.ts'
import { nodeRow } from '../testing/rows.ts'
import { createHandSource, followHandFeed } from '../testing/topics.ts'
import { type ShownWindow, useNodeWindow } from './node-window.ts'

const windowAt = (offset: number, filter = ''): NodeWindow => ({
  sort: 'name',
  descending: false,
  filter,
  offset,
  limit: 40,
  pinned: [],
})
const rows = (...ids: string[]) => ({
  total: ids.length,
  all: ids.length,
  order: ids,
  rows: Object.fromEntries(ids.map((id) => [id, nodeRow({ id })])),
})

/** A component that follows what is wanted, and what it was shown last. */
async function follow(wanted = signal(windowAt(0))) {
  let shown: ShownWindow | undefined
  const Follower = () => {
    shown = useNodeWindow('1', wanted).value
    return <p>{shown.data?.order.join() ?? 'nothing'}</p>
  }
  const page = await draw(<Follower />)
  return { page, wanted, shown: () => shown!, want: (next: NodeWindow) => change(() => void (wanted.value = next)) }
}

describe('a window of the table', () => {
  it('keeps showing rows while the next one is asked for, and closes the old one after its answer', async () => {
    const feed = followHandFeed()
    const { page, shown, want } = await follow()
    expect(page.text()).toBe('nothing')
    await change(() => feed.answer('nodes', rows('a', 'b')))
    expect([page.text(), shown().waiting]).toEqual(['a,b', false])
    feed.hold('nodes')
    await want(windowAt(40))
    expect([page.text(), shown().waiting, shown().window.offset]).toEqual(['a,b', true, 0])
    expect(feed.opened()).toHaveLength(2)
    await change(() => feed.answer('nodes', rows('c')))
    expect([page.text(), shown().window.offset, feed.opened().length]).toEqual(['c', 40, 1])
    page[Symbol.dispose]()
    expect(feed.opened()).toEqual([])
  })

  it('is asked for once, however often the same is wanted', async () => {
    const feed = followHandFeed()
    const { page, want } = await follow()
    await want(windowAt(0))
    await want({ ...windowAt(0) })
    expect(feed.opened()).toHaveLength(1)
    page[Symbol.dispose]()
  })

  it('drops questions that are overtaken before their answer', async () => {
    const feed = followHandFeed()
    const { page, want } = await follow()
    await change(() => feed.answer('nodes', rows('a')))
    feed.hold('nodes')
    for (const offset of [40, 80, 120]) await want(windowAt(offset))
    expect(feed.opened().map((topic) => topic.topic === 'nodes' && topic.window.offset)).toEqual([0, 120])
    page[Symbol.dispose]()
  })

  it('shows the fault of the newest question beside the rows of the last good one', async () => {
    const feed = followHandFeed()
    const { page, shown, want } = await follow()
    await change(() => feed.answer('nodes', rows('a')))
    feed.hold('nodes')
    await want(windowAt(0, 'behind:>'))
    await change(() => feed.fail('nodes', { code: 'FEED_FILTER_INVALID', message: 'A number is missing.' }, 'behind:>'))
    expect([page.text(), shown().fault?.code, shown().waiting]).toEqual(['a', 'FEED_FILTER_INVALID', false])
    page[Symbol.dispose]()
  })

  it('asks the past in place of the feed when the page shows a past moment', async () => {
    const feed = followHandFeed()
    const past = createHandSource('past')
    const { page } = await follow()
    await change(() => feed.answer('nodes', rows('now')))
    await change(() => void (feed.past.value = past))
    expect([page.text(), feed.opened().length, past.opened().length]).toEqual(['now', 1, 1])
    await change(() => past.answer('nodes', rows('then')))
    expect([page.text(), feed.opened().length, past.opened().length]).toEqual(['then', 0, 1])
    page[Symbol.dispose]()
    expect(past.opened()).toEqual([])
  })
})

describe('a window of the table, in whatever order it is scrolled, answered and left', () => {
  it('never shows rows of a window that was not wanted, and never has more than two open', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('scroll' as const), offset: fc.nat(5) }),
      fc.record({ do: fc.constant('answer' as const), offset: fc.nat(5) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const feed = followHandFeed()
        const { page, shown, want } = await follow()
        const asked = new Set([0])
        for (const { do: what, offset } of steps) {
          if (what === 'scroll') {
            asked.add(offset)
            await want(windowAt(offset))
          } else {
            await change(() =>
              feed.answerEach('nodes', (topic) =>
                topic.topic === 'nodes' && topic.window.offset === offset ? rows(`at ${offset}`) : undefined,
              ),
            )
          }
          const { data, window } = shown()
          expect(feed.opened().length).toBeLessThanOrEqual(2)
          expect(asked.has(window.offset)).toBe(true)
          if (data) expect(data.order).toEqual([`at ${window.offset}`])
        }
        page[Symbol.dispose]()
        expect(feed.opened()).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})
