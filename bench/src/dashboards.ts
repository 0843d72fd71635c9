/** Dashboards beside a fleet: they pin sampled agents, and count how long a block takes from an agent to their rows. */
import { openClassicViewer } from './classic-viewer.ts'
import type { ClassicViewer } from './classic-viewer.ts'
import { openFeedViewer } from './feed-viewer.ts'
import type { FeedViewer } from './feed-viewer.ts'
import { networkId, nodeNameOf } from './fleet-nodes.ts'
import { createTimeCounts } from './time-counts.ts'
import type { TimeCounts } from './time-counts.ts'

export interface DashboardOptions {
  readonly agents: number
  /** Dashboards on /feed; each pins 50 agents of its own. */
  readonly viewers: number
  /** One classic page besides, on /primus. */
  readonly classic: boolean
}

export interface Dashboards extends Disposable {
  /** From the write of a block by a sampled agent to the row's delta in a dashboard. */
  readonly feed: TimeCounts
  /** Every n-th agent is sampled. */
  readonly sampleEvery: number
  blockSent(id: string, number: number, at: number): void
  /** Opens them; when they were open before, again, as pages do when the server was away. */
  open(): Promise<void>
  /** Resolves when all on /feed have rows; fails where one is closed before. */
  firstRows(): Promise<void>
  /** Bytes a dashboard on /feed, and the classic page, received since the last call. */
  takeBytes(): { readonly feed: number; readonly classic: number }
  readonly classicClosed: boolean
}

/** A dashboard pins at most this many nodes; with no dashboard as many are sampled. */
const pinnedEach = 50
/** Blocks of an agent whose time of sending is kept. */
const keptBlocks = 20

export const createDashboards = (port: number, { agents, viewers, classic }: DashboardOptions): Dashboards => {
  const sampled = pinnedEach * Math.max(1, viewers)
  const sampleEvery = Math.max(1, Math.floor(agents / sampled))
  const ids = Array.from({ length: Math.min(sampled, agents) }, (_, i) => nodeNameOf(i * sampleEvery))
  const feed = createTimeCounts()
  const sentAt = new Map<string, number>()
  let open: FeedViewer[] = []
  let page: ClassicViewer | undefined

  const close = (): void => {
    for (const viewer of open) viewer[Symbol.dispose]()
    open = []
    page?.[Symbol.dispose]()
  }
  const onBlock = (id: string, number: number, at: number): void => {
    const sent = sentAt.get(`${id} ${number}`)
    if (sent !== undefined) feed.add(at - sent)
  }

  return {
    feed,
    sampleEvery,
    blockSent(id, number, at) {
      sentAt.set(`${id} ${number}`, at)
      const [oldest] = sentAt.keys()
      if (oldest !== undefined && sentAt.size > keptBlocks * sampled) sentAt.delete(oldest)
    },
    async open() {
      close()
      const url = `ws://127.0.0.1:${port}/feed`
      for (let i = 0; i < viewers; i++) {
        const pinned = ids.slice(i * pinnedEach, (i + 1) * pinnedEach)
        open.push(await openFeedViewer({ url, network: networkId, pinned, onBlock }))
      }
      if (classic) page = await openClassicViewer(port)
    },
    async firstRows() {
      await Promise.all(open.map((viewer) => viewer.firstRows))
    },
    takeBytes: () => ({
      feed: open.reduce((sum, viewer) => sum + viewer.takeBytes(), 0) / Math.max(1, open.length),
      classic: page?.takeBytes() ?? 0,
    }),
    get classicClosed() {
      return page?.closed ?? false
    },
    [Symbol.dispose]: close,
  }
}
