/** What is wrong with the server, worst first, and what it means for the nodes. */
import { bytes, compact, count, percent, plural } from '../format/numbers.ts'
import { duration } from '../format/time.ts'
import { type Counts, type PartFacts, rateOf, type Samples, type ServerFacts } from './facts.ts'
import { wordsFor } from './words.ts'

export interface Trouble {
  /** `bad`: something is broken or lost. `warn`: it needs a look. */
  readonly weight: 'bad' | 'warn'
  readonly title: string
  readonly detail: string
  /** Since when, where that is known. */
  readonly since?: number
}

/** Shares of a limit from which it needs a look, and from which it counts as full. */
const tight = 0.8
const full = 0.95
const heldUpMs = 250
const storeLagMs = 15_000
/** A process that has not reported for this long may be gone. */
const unreportedMs = 10_000
/** Refusals a minute that are more than typing errors. */
const manyRefusals = 30

const partOrder = { failed: 0, degraded: 1, stopped: 2, starting: 3, ok: 4 } as const

const sumOf = (counts: Counts): number => Object.values(counts).reduce((sum, one) => sum + one, 0)
const sumOfAll = (all: Readonly<Record<string, Counts>>): number =>
  Object.values(all).reduce((sum, one) => sum + sumOf(one), 0)

export function troublesOf(samples: Samples): readonly Trouble[] {
  const facts = samples.at(-1)
  if (!facts) return []
  const all = [
    ...facts.parts.toSorted((a, b) => partOrder[a.state] - partOrder[b.state]).flatMap(partTrouble),
    ...drainTrouble(facts),
    ...loadTrouble(facts),
    ...lossTroubles(samples),
    ...storeTrouble(facts),
    ...limitTroubles(facts),
    ...processTroubles(facts),
    ...refusalTrouble(samples, facts),
    ...viewerTrouble(facts),
  ]
  return [...all.filter(({ weight }) => weight === 'bad'), ...all.filter(({ weight }) => weight === 'warn')]
}

function partTrouble({ id, state, reason, since }: PartFacts): readonly Trouble[] {
  if (state === 'ok' || state === 'stopped') return []
  const verb = { failed: 'has failed', degraded: 'is degraded', starting: 'is starting' }[state]
  return [{ weight: state === 'failed' ? 'bad' : 'warn', title: `${id} ${verb}`, detail: reason, since }]
}

const drainTrouble = ({ ready }: ServerFacts): readonly Trouble[] =>
  ready ? [] : [{ weight: 'warn', title: 'The server is stopping', detail: 'It takes no new connections.' }]

function loadTrouble({ load, reportRate, parts }: ServerFacts): readonly Trouble[] {
  const slowed: readonly Trouble[] =
    reportRate.level === 0
      ? []
      : [
          {
            weight: 'warn',
            title: `Agents are slowed down, step ${reportRate.level}`,
            detail: `They report every ${duration(reportRate.reportMs)}; nothing of theirs is lost.`,
          },
        ]
  // Where the queue says so itself it is said once.
  const told = parts.some(({ id, state }) => id === 'queue' && state !== 'ok')
  if (load.level === 'calm' || (load.level === 'overloaded' && told)) return slowed
  const title = load.level === 'busy' ? 'The server is busy' : 'The server is overloaded'
  return [{ weight: load.level === 'busy' ? 'warn' : 'bad', title, detail: load.reason }, ...slowed]
}

function lossTroubles(samples: Samples): readonly Trouble[] {
  const now = (pick: (facts: ServerFacts) => number): number => rateOf(samples, pick) ?? 0
  const shed = now((facts) => sumOfAll(facts.work.shed))
  const rows = now((facts) => (facts.store ? sumOfAll(facts.store.shed) : 0))
  const missing = now((facts) => facts.deliveries.missing + facts.deliveries.missingRanges)
  const defects = samples.at(-1)?.core.errors ?? 0
  return [
    ...(shed > 0
      ? [
          {
            weight: 'bad',
            title: 'Messages are dropped',
            detail: `${compact(shed)} a second, the least important first.`,
          },
        ]
      : []),
    ...(rows > 0
      ? [
          {
            weight: 'bad',
            title: 'The history loses rows',
            detail: `${compact(rows)} a second are not written; the live picture is whole.`,
          },
        ]
      : []),
    ...(missing > 0
      ? [
          {
            weight: 'warn',
            title: 'Agents lose observations',
            detail: `Their spools were full or damaged: ${compact(Math.ceil(missing * 60))} observations a minute are lost.`,
          },
        ]
      : []),
    ...(defects > 0
      ? [
          {
            weight: 'bad',
            title: `The core failed on ${plural(defects, 'message', 'messages')}`,
            detail: 'That is a bug in Netstats; the log has the first of them in full.',
          },
        ]
      : []),
  ] as readonly Trouble[]
}

const storeTrouble = ({ store }: ServerFacts): readonly Trouble[] =>
  store === null || store.lagMs < storeLagMs
    ? []
    : [
        {
          weight: 'warn',
          title: `The store is ${duration(store.lagMs)} behind`,
          detail: `${count(store.pendingRows)} rows wait. When its memory is full, samples are dropped first.`,
        },
      ]

function limitTroubles({ limits, work, store, processes }: ServerFacts): readonly Trouble[] {
  const connections = sumOf(work.connections)
  const uses: readonly (readonly [string, number, number | null, string])[] = [
    [
      'Connections',
      connections,
      limits.connections,
      `${count(connections)} of ${count(limits.connections)} are taken.`,
    ],
    ['The queue before the core', work.queue.items, limits.queueItems, `${count(work.queue.items)} messages wait.`],
    ['Memory for the store', store?.bufferBytes ?? 0, limits.bufferBytes, `${bytes(store?.bufferBytes)} wait.`],
    ...processes.map(
      ({ name, openFiles, openFilesLimit }) =>
        [
          `Open files of ${name}`,
          openFiles ?? 0,
          openFilesLimit,
          `${count(openFiles)} of ${count(openFilesLimit)}; beyond that no connection is accepted.`,
        ] as const,
    ),
  ]
  return uses.flatMap(([what, used, limit, detail]): readonly Trouble[] => {
    const share = limit === null || limit <= 0 ? 0 : used / limit
    if (share < tight) return []
    const title = share >= full ? `${what}: full` : `${what}: ${percent(Math.floor(share * 100))} full`
    return [{ weight: share >= full ? 'bad' : 'warn', title, detail }]
  })
}

const processTroubles = ({ at, processes }: ServerFacts): readonly Trouble[] =>
  processes.flatMap(({ name, pid, loop, at: reportedAt }): readonly Trouble[] => [
    ...(at - reportedAt >= unreportedMs
      ? [
          {
            weight: 'bad',
            title: `${name} does not answer`,
            detail: `Process ${pid} last reported ${duration(at - reportedAt)} ago.`,
            since: reportedAt,
          } as const,
        ]
      : []),
    ...(loop.p99Ms >= heldUpMs
      ? [
          {
            weight: 'warn',
            title: `The event loop of ${name} is slow`,
            detail: `Delays of ${duration(loop.p99Ms)} (p99), ${duration(loop.maxMs)} at worst, in the last half minute.`,
          } as const,
        ]
      : []),
  ])

function refusalTrouble(samples: Samples, { work }: ServerFacts): readonly Trouble[] {
  const aMinute = (reason: string): number => 60 * (rateOf(samples, (facts) => facts.work.refused[reason] ?? 0) ?? 0)
  const now = Object.keys(work.refused)
    .map((reason) => [reason, aMinute(reason)] as const)
    .filter(([, rate]) => rate > 0)
    .sort((a, b) => b[1] - a[1])
  const sum = now.reduce((total, [, rate]) => total + rate, 0)
  if (sum < manyRefusals) return []
  const why = now.slice(0, 2).map(([reason]) => wordsFor(reason))
  return [
    { weight: 'warn', title: `${compact(sum)} logins a minute are refused`, detail: `Mostly: ${why.join('; ')}.` },
  ]
}

const viewerTrouble = ({ slowViewers }: ServerFacts): readonly Trouble[] =>
  slowViewers === 0
    ? []
    : [
        {
          weight: 'warn',
          title: `${plural(slowViewers, 'dashboard is', 'dashboards are')} behind`,
          detail: 'They get the newest state once they have read what was sent before.',
        },
      ]
