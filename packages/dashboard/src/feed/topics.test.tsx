// @vitest-environment happy-dom
import { useSignal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { change, draw } from '../testing/page.ts'
import { networkSummary } from '../testing/rows.ts'
import { createHandSource, followHandFeed } from '../testing/topics.ts'
import { useTopic } from './topics.ts'

let network = 0
/** Topics are shared by the whole page: each test has a network of its own. */
const nextNetwork = (): string => `network-${++network}`

function Nodes({ network }: { readonly network: string }) {
  const { data, fault, waiting } = useTopic({ topic: 'summary', network }).value
  return <p>{fault?.code ?? (data ? `${data.nodes} nodes${waiting ? ', waiting' : ''}` : 'nothing yet')}</p>
}

const Names = () => (
  <p>
    {useTopic({ topic: 'networks' })
      .value.data?.networks.map(({ key }) => key)
      .join() ?? 'none'}
  </p>
)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a topic that a component follows', () => {
  it('is nothing until the first answer, then changes with each', async () => {
    const feed = followHandFeed()
    using page = await draw(<Nodes network={nextNetwork()} />)
    expect(page.text()).toBe('nothing yet')
    await change(() => feed.answer('summary', networkSummary({ nodes: 3 })))
    expect(page.text()).toBe('3 nodes')
    await change(() => feed.answer('summary', networkSummary({ nodes: 4 })))
    expect(page.text()).toBe('4 nodes')
  })

  it('is its fault where it has no data', async () => {
    const feed = followHandFeed()
    using page = await draw(<Nodes network={nextNetwork()} />)
    await change(() => feed.fail('summary', { code: 'FEED_NETWORK_UNKNOWN', message: 'No such network.' }))
    expect(page.text()).toBe('FEED_NETWORK_UNKNOWN')
  })

  it('is asked for once for all components that follow it', async () => {
    const feed = followHandFeed()
    const one = nextNetwork()
    using page = await draw(
      <>
        <Nodes network={one} />
        <Nodes network={one} />
        <Nodes network={nextNetwork()} />
      </>,
    )
    expect(feed.opened()).toHaveLength(2)
    await change(() => feed.answer('summary', networkSummary({ nodes: 9 })))
    expect(page.all('p').map((p) => p.textContent)).toEqual(['9 nodes', '9 nodes', '9 nodes'])
  })

  it('stays open for a second after the last component has left, and no longer', async () => {
    const feed = followHandFeed()
    const one = nextNetwork()
    const first = await draw(<Nodes network={one} />)
    await change(() => feed.answer('summary', networkSummary({ nodes: 5 })))
    first[Symbol.dispose]()
    vi.advanceTimersByTime(900)
    const second = await draw(<Nodes network={one} />)
    // It is there at once: nobody asked again.
    expect(second.text()).toBe('5 nodes')
    vi.advanceTimersByTime(5000)
    expect(feed.opened()).toHaveLength(1)
    second[Symbol.dispose]()
    vi.advanceTimersByTime(999)
    expect(feed.opened()).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(feed.opened()).toEqual([])
  })

  it('follows another network when the component does', async () => {
    const feed = followHandFeed()
    const names = [nextNetwork(), nextNetwork()]
    let turn = (): void => undefined
    const Either = () => {
      const at = useSignal(0)
      turn = () => void (at.value = 1)
      return <Nodes network={names[at.value]!} />
    }
    using page = await draw(<Either />)
    await change(turn)
    expect(feed.opened().map((topic) => 'network' in topic && topic.network)).toEqual(names)
    vi.advanceTimersByTime(1000)
    expect(feed.opened()).toEqual([{ topic: 'summary', network: names[1] }])
    expect(page.text()).toBe('nothing yet')
  })
})

describe('on the way to the past and back', () => {
  it('the old picture stays until the past has answered, and comes back with the feed', async () => {
    const feed = followHandFeed()
    const past = createHandSource('past')
    using page = await draw(<Nodes network={nextNetwork()} />)
    await change(() => feed.answer('summary', networkSummary({ nodes: 3 })))
    await change(() => void (feed.past.value = past))
    expect(page.text()).toBe('3 nodes, waiting')
    await change(() => past.answer('summary', networkSummary({ nodes: 1 })))
    expect(page.text()).toBe('1 nodes')
    vi.advanceTimersByTime(1000)
    expect([feed.opened().length, past.opened().length]).toEqual([0, 1])
    await change(() => void (feed.past.value = undefined))
    expect(page.text()).toBe('3 nodes')
    vi.advanceTimersByTime(1000)
    expect([feed.opened().length, past.opened().length]).toEqual([1, 0])
  })

  it('a fault of the past is shown in place of the picture', async () => {
    const feed = followHandFeed()
    const past = createHandSource('past')
    using page = await draw(<Nodes network={nextNetwork()} />)
    await change(() => feed.answer('summary', networkSummary({ nodes: 3 })))
    await change(() => void (feed.past.value = past))
    await change(() => past.fail('summary', { code: 'API_BUSY', message: 'Later.' }))
    expect(page.text()).toBe('API_BUSY')
  })

  it('the list of networks is always the live one', async () => {
    const feed = followHandFeed()
    const past = createHandSource('past')
    using page = await draw(<Names />)
    await change(() => feed.answer('networks', { networks: [networkSummary({ key: '1' })] }))
    await change(() => void (feed.past.value = past))
    expect([page.text(), past.opened()]).toEqual(['1', []])
    vi.advanceTimersByTime(1000)
  })
})
