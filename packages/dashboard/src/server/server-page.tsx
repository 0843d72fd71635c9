/** How the server itself is, for somebody who was woken: what is wrong first, then figures, quiet where they are zero. */
import { useSignal } from '@preact/signals'
import { ownSeconds } from '../clock.ts'
import { bytes, compact, count, decimal, plural, unknown } from '../format/numbers.ts'
import { clockTime, duration, elapsed, instant } from '../format/time.ts'
import { Waiting } from '../pages/message.tsx'
import { useTitle } from '../pages/use-title.ts'
import { RestFault } from '../rest/rest-fault.tsx'
import { usePoll } from '../rest/use-poll.ts'
import { Figure, FigureRow } from './figure.tsx'
import { LossTable } from './loss-table.tsx'
import { PartTable } from './part-table.tsx'
import { ProcessTable } from './process-table.tsx'
import { addSample, rateOf, type Samples } from './samples.ts'
import { TroubleList } from './trouble-list.tsx'
import { troublesOf } from './troubles.ts'
import { protocolWords } from './words.ts'
import type { Counts, ServerFacts } from './wire.ts'
import '../styles/server.css'

const everyMs = 2000
/** Without an answer for so long the page shows what was. */
const staleMs = 3 * everyMs

export function ServerPage() {
  const samples = useSignal<Samples>([])
  const poll = usePoll('/server', everyMs, (data) => {
    samples.value = addSample(samples.peek(), data as ServerFacts)
  }).value
  const facts = samples.value.at(-1)
  const troubles = troublesOf(samples.value)
  useTitle(
    facts
      ? troubles.length === 0
        ? 'Server is well'
        : `${plural(troubles.length, 'trouble', 'troubles')} · server`
      : 'Server',
  )
  if (!facts)
    return poll.fault ? (
      <RestFault what="the server" fault={poll.fault} status={poll.status} />
    ) : (
      <Waiting what="the server" />
    )
  const stale = poll.fault !== undefined && ownSeconds.value - poll.heardAt > staleMs
  return (
    <div class={stale ? 'server is-old' : 'server'}>
      <header class="server-head">
        <h1>Server</h1>
        <p class="faint">
          Netstats {facts.version} · up {elapsed(facts.at - facts.startedAt)} ·{' '}
          {plural(facts.core.networks, 'network', 'networks')}, {plural(facts.core.nodes, 'node', 'nodes')},{' '}
          {plural(facts.core.blocks, 'block', 'blocks')} ·{' '}
          <span class="hash" title={facts.server}>
            {facts.server.slice(0, 8)}
          </span>
        </p>
      </header>
      {stale && (
        <p class="server-stale" role="alert">
          <b>No answer since {clockTime(poll.heardAt)}.</b> {poll.fault?.message} What stands here is how it was then.
        </p>
      )}
      <TroubleList troubles={troubles} now={facts.at} />
      <Load facts={facts} samples={samples.value} />
      <Doors facts={facts} samples={samples.value} />
      <div class="server-columns">
        <section class="server-section" aria-labelledby="server-losses">
          <h2 id="server-losses">Refused, dropped, not understood</h2>
          <LossTable samples={samples.value} />
        </section>
        <div>
          <section class="server-section" aria-labelledby="server-processes">
            <h2 id="server-processes">
              {facts.processes.length === 1 ? 'Process' : `${count(facts.processes.length)} processes`}
            </h2>
            <ProcessTable facts={facts} samples={samples.value} />
          </section>
          <section class="server-section" aria-labelledby="server-parts">
            <h2 id="server-parts">Parts</h2>
            <PartTable parts={facts.parts} now={facts.at} />
          </section>
        </div>
      </div>
      <p class="faint server-foot">
        As of {instant(facts.at)}, asked every {everyMs / 1000} s; rates are of the last 10 s. The same as JSON:{' '}
        <a href="/api/v1/server">/api/v1/server</a>, for Prometheus: <a href="/metrics">/metrics</a>.
      </p>
    </div>
  )
}

interface Shown {
  readonly facts: ServerFacts
  readonly samples: Samples
}

const sumOf = (counts: Counts): number => Object.values(counts).reduce((sum, one) => sum + one, 0)
const perSecond = (rate: number | undefined): string =>
  rate === undefined ? unknown : rate > 0 && rate < 10 ? decimal(rate, 1) : compact(rate)

function Load({ facts, samples }: Shown) {
  const { load, work, limits, store, processes, pace } = facts
  const worst = processes.toSorted((a, b) => b.loop.p99Ms - a.loop.p99Ms)[0]
  const rate = (pick: (one: ServerFacts) => number) => rateOf(samples, pick)
  return (
    <section class="server-section" aria-labelledby="server-load">
      <h2 id="server-load">Load</h2>
      <FigureRow>
        <Figure label="level" tone={load.level === 'calm' ? undefined : load.level === 'busy' ? 'warn' : 'bad'}>
          {load.level}
        </Figure>
        <Figure label="messages a second" aside={`${bytesRate(rate((one) => one.work.received.bytes))} in`}>
          {perSecond(rate((one) => one.work.received.messages))}
        </Figure>
        <Figure
          label={processes.length > 1 ? `held up, p99, ${worst?.name ?? ''}` : 'held up, p99'}
          title="Delay of the event loop over the last half minute: how long everything else waits at times"
          aside={worst && `median ${duration(worst.loop.p50Ms)}, worst ${duration(worst.loop.maxMs)}`}
        >
          {duration(worst?.loop.p99Ms)}
        </Figure>
        <Figure
          label="messages wait for the core"
          aside={work.queue.items === 0 ? `room for ${compact(limits.queueItems)}` : bytes(work.queue.bytes)}
          used={Math.max(work.queue.items / limits.queueItems, work.queue.bytes / limits.queueBytes)}
        >
          {count(work.queue.items)}
        </Figure>
        {store && (
          <Figure
            label="store is behind by"
            aside={`${perSecond(rate((one) => one.store?.writtenRows ?? 0))} rows/s, slowest write ${duration(store.slowestWriteMs)}`}
          >
            {duration(store.lagMs)}
          </Figure>
        )}
        {store && (
          <Figure
            label="rows wait for the store"
            aside={
              store.diskBytes === null
                ? bytes(store.pendingBytes)
                : `${gigabytes(store.diskBytes)} on disk, ${plural(store.files ?? 0, 'file', 'files')}`
            }
            used={limits.pendingBytes === null ? undefined : store.pendingBytes / limits.pendingBytes}
          >
            {count(store.pendingRows)}
          </Figure>
        )}
        {pace.level > 0 && (
          <Figure label="agents report every" tone="warn" aside={`slowed down, step ${pace.level}`}>
            {duration(pace.reportMs)}
          </Figure>
        )}
      </FigureRow>
      {store === null && <p class="faint">No history is kept.</p>}
    </section>
  )
}

const bytesRate = (rate: number | undefined): string => (rate === undefined ? unknown : `${bytes(rate)}/s`)
const gigabytes = (n: number): string => (n < 1024 ** 3 ? bytes(n) : `${decimal(n / 1024 ** 3, 1)} GiB`)

/** Who is connected and who logs in. */
function Doors({ facts, samples }: Shown) {
  const { work, limits, deliveries, slowViewers } = facts
  const all = sumOf(work.connections)
  const logins = rateOf(samples, (one) => sumOf(one.work.logins))
  const { credit, batches } = work
  const known = Object.entries(work.connections).filter(([, open]) => open > 0)
  return (
    <section class="server-section" aria-labelledby="server-doors">
      <h2 id="server-doors">Connections</h2>
      <FigureRow>
        <Figure label="in all" aside={`room for ${count(limits.connections)}`} used={all / limits.connections}>
          {count(all)}
        </Figure>
        {known.map(([protocol, open]) => (
          <Figure key={protocol} label={protocolWords(protocol)} aside={asideOf(protocol, facts)}>
            {count(open)}
          </Figure>
        ))}
        <Figure label="logins a minute" aside={`${compact(sumOf(work.logins))} since the start`}>
          {perSecond(logins === undefined ? undefined : logins * 60)}
        </Figure>
        {slowViewers > 0 && (
          <Figure label="dashboards behind" tone="warn">
            {count(slowViewers)}
          </Figure>
        )}
      </FigureRow>
      {deliveries.streams > 0 && (
        <FigureRow>
          <Figure label="observations a second" aside={`${compact(batches.observations)} since the start`}>
            {perSecond(rateOf(samples, (one) => one.work.batches.observations))}
          </Figure>
          <Figure
            label="in flight"
            aside={`credit for ${compact(credit.window)}`}
            used={credit.window > 0 ? credit.inFlight / credit.window : undefined}
          >
            {compact(credit.inFlight)}
          </Figure>
          <Figure
            label="missing for good"
            tone={deliveries.missing + deliveries.holes > 0 ? 'warn' : undefined}
            aside={<a href="/agents">which agents</a>}
          >
            {count(deliveries.missing + deliveries.holes)}
          </Figure>
          <Figure label="came twice, dropped once" aside={`of ${compact(deliveries.received)} received`}>
            {count(deliveries.duplicates)}
          </Figure>
        </FigureRow>
      )}
    </section>
  )
}

function asideOf(protocol: string, { work, deliveries }: ServerFacts): string | undefined {
  const sessions = work.sessions[protocol]
  if (sessions === undefined) return undefined
  const open = work.connections[protocol] ?? 0
  if (sessions < open) return `${count(open - sessions)} not logged in yet`
  return protocol === 'netstats' ? `${plural(deliveries.streams, 'stream', 'streams')} known` : 'all logged in'
}
