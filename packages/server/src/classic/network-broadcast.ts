/** A network that some page looks at: what all its pages are told, and when. */
import type { WorkSteps } from '../lib/work-steps.ts'
import { refill } from '@netstats/sdk/limits'
import type { Rate, TokenBucket } from '@netstats/sdk/limits'
import type { ChangeSet } from '../shard/change-set.ts'
import type { NetworkView } from '../shard/shard-model.ts'
import { behindAt } from './classic-viewer.ts'
import { createClassicNetwork } from './classic-network.ts'

/** One message, in one part or several. */
export type Message = readonly Buffer[]

export interface NetworkBroadcast {
  readonly view: NetworkView
  /** The last `init` for a page that begins, where it still holds. */
  readonly kept: Message | undefined
  /** A new one: dear where there are thousands of nodes. */
  answer(): WorkSteps<Message>
  /** A page has begun: all get charts soon. */
  wantCharts(): void
  /** Says what all pages are told now, in order. */
  messages(dirty: ChangeSet, say: (message: Message) => void): WorkSteps
}

const hourMs = 3_600_000
const chartsEveryMs = 1000
const answerKeptMs = 1000
/** A new `init` raises a toast in every page and can be megabytes; more of both the larger the network. */
const allPagesPauseMs = (bytes: number): number => 10_000 * (1 + bytes / (1 << 20))
/**
 * A page is told every block of every node. From some 2,000 nodes on that is more than any page can take: rows then
 * change less often, in turn, and each shows the newest when it does.
 * What goes out at once has to be less than what makes a page count as one that cannot keep up.
 */
const rowsRate: Rate = { perSecond: 1 << 19, burst: behindAt / 2 }
const rowsAStep = 20

export const createNetworkBroadcast = (view: NetworkView, monotonic: () => number): NetworkBroadcast => {
  const network = createClassicNetwork(view, monotonic)
  const openedAt = monotonic()
  const rowsBudget: TokenBucket = { tokens: rowsRate.burst, at: openedAt }
  let answer: Message | undefined
  let answerMadeAt = Number.NEGATIVE_INFINITY
  let initWanted = false
  let initAt = openedAt
  let initNotBefore = openedAt
  let chartsAt = openedAt
  let chartsNotBefore = openedAt

  const wantCharts = (): void => {
    chartsAt = Math.min(chartsAt, Math.max(monotonic(), chartsNotBefore))
  }

  const tellRows = function* (say: (message: Message) => void): WorkSteps {
    let told = 0
    while (refill(rowsBudget, rowsRate, monotonic()) > 0) {
      const next = network.next()
      if (next === undefined) return
      initWanted ||= next.newcomer
      for (const text of next.messages) {
        const bytes = Buffer.from(text)
        rowsBudget.tokens -= bytes.length
        // An answer kept from before these would never make up for them.
        answer = undefined
        say([bytes])
      }
      if (++told % rowsAStep === 0) yield
    }
  }

  return {
    view,
    get kept() {
      return monotonic() - answerMadeAt < answerKeptMs ? answer : undefined
    },
    *answer() {
      const made = yield* partsOf(yield* network.init('answer'))
      answerMadeAt = monotonic()
      return (answer = made)
    },
    wantCharts,
    *messages(dirty, say) {
      const now = monotonic()
      const { gone, blocks } = yield* network.note(dirty)
      if (gone) answer = undefined
      initWanted ||= gone
      yield* tellRows(say)
      if ((initWanted && now >= initNotBefore) || now - initAt >= hourMs) {
        const message = yield* partsOf(yield* network.init('broadcast'))
        answer = undefined
        initWanted = false
        initAt = now
        initNotBefore = now + allPagesPauseMs(lengthOf(message))
        say(message)
        wantCharts()
      }
      if (blocks) wantCharts()
      if (now >= chartsAt) {
        chartsAt = Number.POSITIVE_INFINITY
        chartsNotBefore = now + chartsEveryMs
        say([Buffer.from(yield* network.charts())])
      }
    },
  }
}

export const lengthOf = (message: Message): number => message.reduce((sum, part) => sum + part.length, 0)

const partsOf = function* (texts: readonly string[]): WorkSteps<Message> {
  const parts: Buffer[] = []
  for (const text of texts) {
    parts.push(Buffer.from(text))
    yield
  }
  return parts
}
