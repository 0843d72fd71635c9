/** A fleet at work against a subject: blocks come round, and a dashboard shows when they arrive. */
import { openClassicViewer } from './classic-viewer.ts'
import type { ClassicViewer } from './classic-viewer.ts'
import { networkId } from './geth-mix.ts'
import { generatorsFor, startFleet } from './generators.ts'
import type { Fleet } from './generators.ts'
import type { OpenOptions } from './messages.ts'
import type { Subject } from './subject.ts'
import { createTimeCounts } from './time-counts.ts'
import type { TimeCounts } from './time-counts.ts'
import { openViewer } from './viewer.ts'
import type { Viewer } from './viewer.ts'

export interface LoadOptions extends Pick<OpenOptions, 'protocol' | 'secret' | 'policy' | 'corked'> {
  readonly agents: number
  readonly generators?: number | undefined
  /** Dashboards look on: one on /feed and one on /primus. */
  readonly viewers: boolean
}

export interface Load extends Disposable {
  readonly fleet: Fleet
  /** From the write of a block by an agent to the row's delta in the dashboard, for 50 agents. */
  readonly feed: TimeCounts
  /** Number of the newest block. */
  readonly number: number
  /** Everything so many times as often, blocks too. */
  rate(factor: number): void
  /** Ends the coming of blocks. */
  stopBlocks(): void
  /** Opens the dashboards anew, as pages do when the server was away. */
  look(): Promise<void>
  readonly viewer: Viewer | undefined
  readonly classic: ClassicViewer | undefined
  readonly openedInMs: number
}

export const blockEveryMs = 5000
const firstNumber = 1_000_000
const pinned = 50

export const startLoad = async (subject: Subject, options: LoadOptions): Promise<Load> => {
  const { agents, viewers, generators = generatorsFor(agents), ...rest } = options
  const fleet = startFleet(generators)
  const began = performance.now()
  try {
    await fleet.open({ ...rest, agents, host: '127.0.0.1', port: subject.port })
  } catch (error) {
    fleet[Symbol.dispose]()
    throw error
  }
  const openedInMs = performance.now() - began
  const feed = createTimeCounts()
  const sampleEvery = Math.max(1, Math.floor(agents / pinned))
  const sentAt = new Map<string, number>()
  fleet.onSent((id, number, at) => {
    sentAt.set(`${id} ${number}`, at)
    if (sentAt.size <= 20 * pinned) return
    for (const oldest of sentAt.keys()) {
      sentAt.delete(oldest)
      return
    }
  })

  const start = Math.floor(Date.now() / 1000)
  let number = firstNumber
  let blocks: NodeJS.Timeout | undefined
  let factor = 1
  const announce = (): void => {
    number++
    // Header times go on as if a block came every five seconds, and never into the future.
    const timestamp = Math.min(Math.floor(Date.now() / 1000), start + (number - firstNumber) * (blockEveryMs / 1000))
    fleet.announce(number, timestamp, sampleEvery, Math.min(600, (blockEveryMs / factor) * 0.6))
  }
  const begin = (): void => {
    clearInterval(blocks)
    blocks = setInterval(announce, blockEveryMs / factor)
  }
  fleet.run(true)
  announce()
  begin()

  const ids = Array.from(
    { length: Math.min(pinned, agents) },
    (_, i) => `agent-${String(i * sampleEvery).padStart(5, '0')}`,
  )
  let viewer: Viewer | undefined
  let classic: ClassicViewer | undefined
  const look = async (): Promise<void> => {
    viewer?.[Symbol.dispose]()
    classic?.[Symbol.dispose]()
    viewer = await openViewer({
      url: `ws://127.0.0.1:${subject.port}/feed`,
      network: networkId,
      pinned: ids,
      onBlock: (id, seen, at) => {
        const sent = sentAt.get(`${id} ${seen}`)
        if (sent !== undefined) feed.add(at - sent)
      },
    })
    classic = await openClassicViewer(subject.port)
  }
  if (viewers) await look()

  return {
    fleet,
    feed,
    get number() {
      return number
    },
    rate(next) {
      factor = next
      fleet.rate(next)
      begin()
    },
    stopBlocks: () => clearInterval(blocks),
    look,
    get viewer() {
      return viewer
    },
    get classic() {
      return classic
    },
    openedInMs,
    [Symbol.dispose]() {
      clearInterval(blocks)
      viewer?.[Symbol.dispose]()
      classic?.[Symbol.dispose]()
      fleet[Symbol.dispose]()
    },
  }
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
