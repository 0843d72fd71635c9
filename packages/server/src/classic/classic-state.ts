/** What the parts of the classic hub share, and how they speak to a viewer. */
import type { TokenBucket } from '@netstats/sdk/limits'
import type { ChangeFanout, ChangeReader } from '../core/change-fanout.ts'
import type { WorkScheduler } from '../lib/work-scheduler.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { Core } from '../shard/shard-model.ts'
import type { ClassicEnding, ClassicViewer } from './classic-viewer.ts'
import type { ClassicTimes } from './keep-alive.ts'
import type { Message, NetworkBroadcast } from './network-broadcast.ts'

export interface ClassicState {
  readonly core: Core
  readonly fanout: ChangeFanout
  readonly times: ClassicTimes
  /** Pages, and third parties on `/external`. */
  readonly viewers: Set<ClassicViewer>
  readonly external: Set<ClassicViewer>
  /** Networks that some page looks at. */
  readonly broadcasts: Map<string, NetworkBroadcast>
  /** Networks of which all rows are to be made, for pages that wait for them. */
  readonly wanted: Set<NetworkBroadcast>
  /** Milliseconds that making all rows may take now. */
  readonly rowsBudget: TokenBucket
  readonly scheduler: WorkScheduler
  /** Makes those rows. One function, so that the scheduler is not asked for the same work twice. */
  readonly answerWaiting: () => WorkSteps
  readonly counts: ClassicCounts
  /** Undefined while nobody looks. */
  changes: ChangeReader | undefined
  /** Number of the id given out last. */
  serial: number
  now: number
}

export interface ClassicCounts {
  messages: number
  skipped: number
  /** Words of viewers that said too much, and were not answered. */
  ignored: number
  readonly ended: Record<ClassicEnding, number>
}

/** The network shown to those who name none. */
export const largestNetwork = ({ core }: ClassicState): string | undefined => {
  let best: { readonly key: string; readonly nodeCount: number } | undefined
  for (const view of core.networks()) if (best === undefined || view.nodeCount > best.nodeCount) best = view
  return best?.key
}

export const sendText = (hub: ClassicState, viewer: ClassicViewer, text: string | Buffer): void => {
  if (viewer.socket.readyState !== viewer.socket.OPEN) return
  hub.counts.messages++
  viewer.socket.send(text, { binary: false })
}

/** Parts go out one after the other, as frames of one message: putting them together first would hold up the others. */
export const sendMessage = (hub: ClassicState, viewer: ClassicViewer, message: Message): void => {
  const last = message.length - 1
  if (viewer.socket.readyState !== viewer.socket.OPEN) return
  hub.counts.messages++
  for (const [i, part] of message.entries()) viewer.socket.send(part, { binary: false, fin: i === last })
}

export const cut = (viewer: ClassicViewer, why: ClassicEnding): void => {
  viewer.ending = why
  viewer.socket.terminate()
}
