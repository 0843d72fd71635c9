/** Pages and the rows they are given: all of them when they begin or start over, then what changes in their network. */
import { writeAction, writeInit } from '@netstats/protocol/ethstats'
import { refill } from '@netstats/sdk/limits'
import type { Rate } from '@netstats/sdk/limits'
import { timed } from '../lib/work-steps.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import { emptyCharts } from './charts.ts'
import { cut, largestNetwork, sendMessage, sendText } from './classic-state.ts'
import type { ClassicState } from './classic-state.ts'
import { behindAt, caughtUpAt, giveUpAfterMs } from './classic-viewer.ts'
import type { ClassicViewer } from './classic-viewer.ts'
import { createNetworkBroadcast, lengthOf } from './network-broadcast.ts'
import type { Message, NetworkBroadcast } from './network-broadcast.ts'

// All rows of a large network are dear: pages that begin share them, and making them takes a fifth of the time at most.
export const allRowsRate: Rate = { perSecond: 200, burst: 1000 }
/** Between two `init` for one page: one that could not take a megabyte of news shall not get thirty at once again and again. */
const onePagePauseMs = (bytes: number): number => 10_000 * (1 + bytes / (8 << 20))

const noRows: Message = [Buffer.from(writeInit([]))]
const noCharts = Buffer.from(writeAction('charts', emptyCharts))

/** Gives a page all rows, now or at a later tick. Without any network yet it gets none, and the rest when one appears. */
export const serve = (hub: ClassicState, viewer: ClassicViewer): void => {
  if (hub.now < viewer.notBefore || viewer.socket.bufferedAmount > caughtUpAt) return
  const network = isKnown(hub, viewer.network) ? viewer.network : (viewer.wanted ?? largestNetwork(hub))
  const broadcast = network === undefined ? undefined : broadcastOf(hub, network)
  const init = broadcast === undefined ? noRows : broadcast.kept
  // A new one takes its time: who waits for it is served when it is there.
  if (init === undefined) return broadcast === undefined ? undefined : want(hub, broadcast)
  viewer.asked = false
  viewer.joined = true
  viewer.behindSince = undefined
  viewer.network = broadcast === undefined ? undefined : network
  viewer.allowance = lengthOf(init)
  viewer.notBefore = hub.now + onePagePauseMs(viewer.allowance)
  sendMessage(hub, viewer, init)
  if (broadcast === undefined) sendText(hub, viewer, noCharts)
  else broadcast.wantCharts()
}

/** The page is given all rows as soon as they can be had, and until then nothing. */
const startOver = (viewer: ClassicViewer): void => {
  viewer.joined = false
  viewer.asked = true
}

const isKnown = ({ core }: ClassicState, network: string | undefined): network is string =>
  network !== undefined && core.network(network) !== undefined

const broadcastOf = (hub: ClassicState, network: string): NetworkBroadcast | undefined => {
  const known = hub.broadcasts.get(network)
  const view = hub.core.network(network)
  // A network that went and came again is another one.
  if (known !== undefined && known.view === view) return known
  hub.broadcasts.delete(network)
  if (view === undefined) return undefined
  hub.changes ??= hub.fanout.reader()
  hub.changes.take(network)
  const made = createNetworkBroadcast(view, () => performance.now())
  hub.broadcasts.set(network, made)
  return made
}

const want = (hub: ClassicState, broadcast: NetworkBroadcast): void => {
  hub.wanted.add(broadcast)
  hub.scheduler.run(hub.answerWaiting)
}

const monotonic = (): number => performance.now()

/** Makes all rows of the networks that pages wait for, within the time that may take. */
export const answerWaiting = function* (hub: ClassicState): WorkSteps {
  const { wanted, rowsBudget, viewers } = hub
  for (const broadcast of wanted) {
    wanted.delete(broadcast)
    if (refill(rowsBudget, allRowsRate, monotonic()) <= 0) continue
    if (broadcast.kept === undefined) yield* timed(broadcast.answer(), monotonic, (ms) => (rowsBudget.tokens -= ms))
    for (const viewer of viewers) if (viewer.asked) serve(hub, viewer)
  }
}

/** Tells all pages what changed, and gives all rows to those that wait for them. */
export const tellPages = function* (hub: ClassicState): WorkSteps {
  const networks = listening(hub)
  forgetUnseen(hub)
  for (const network of networks) yield* tellNetwork(hub, network)
  // After the others were sent it, or these would be sent the same again.
  for (const viewer of hub.viewers) if (viewer.asked) serve(hub, viewer)
}

const tellNetwork = function* (hub: ClassicState, network: string): WorkSteps {
  const broadcast = broadcastOf(hub, network)
  if (broadcast === undefined || hub.changes === undefined) return
  yield* broadcast.messages(hub.changes.take(network), (message) => {
    // Also to who joined while this was made: it may be newer than what that one was given.
    for (const viewer of hub.viewers) if (viewer.joined && viewer.network === network) sendMessage(hub, viewer, message)
  })
}

/** Networks that are sent to pages next. Those that cannot keep up, or whose network is gone, start over. */
const listening = (hub: ClassicState): ReadonlySet<string> => {
  const networks = new Set<string>()
  for (const viewer of hub.viewers) {
    const unread = viewer.socket.bufferedAmount
    if (viewer.behindSince !== undefined && unread >= caughtUpAt && hub.now - viewer.behindSince > giveUpAfterMs)
      cut(viewer, 'slow-viewer')
    if (unread < caughtUpAt) viewer.allowance = 0
    if (!viewer.joined) continue
    if (unread > behindAt + viewer.allowance) {
      hub.counts.skipped++
      viewer.behindSince = hub.now
      startOver(viewer)
    } else if (isKnown(hub, viewer.network)) networks.add(viewer.network)
    else if (isKnown(hub, viewer.wanted ?? largestNetwork(hub))) {
      viewer.notBefore = hub.now
      startOver(viewer)
    }
  }
  return networks
}

/** Nobody looks at these networks any more. */
const forgetUnseen = ({ viewers, broadcasts, changes }: ClassicState): void => {
  const seen = new Set<string | undefined>()
  for (const { joined, network } of viewers) if (joined) seen.add(network)
  for (const network of broadcasts.keys()) {
    if (seen.has(network)) continue
    broadcasts.delete(network)
    changes?.leave(network)
  }
}

/** Nobody looks: nothing is kept up to date. */
export const forgetAll = (hub: ClassicState): void => {
  hub.broadcasts.clear()
  hub.changes?.[Symbol.dispose]()
  hub.changes = undefined
}

/** Pages that named no network move when another has clearly become the main one: after a restart the first may be small. */
export const followLargest = (hub: ClassicState): void => {
  const { core, viewers } = hub
  const key = largestNetwork(hub)
  const most = key === undefined ? 0 : (core.network(key)?.nodeCount ?? 0)
  for (const viewer of viewers) {
    if (!viewer.joined || viewer.wanted !== undefined || viewer.network === undefined) continue
    if (viewer.network === key || most <= 1.5 * (core.network(viewer.network)?.nodeCount ?? 0)) continue
    viewer.network = key
    startOver(viewer)
  }
}
