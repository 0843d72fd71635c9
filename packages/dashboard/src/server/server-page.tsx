/** The health of the server, for the person on call: what is wrong first, then figures, quiet where they are zero. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { ownSeconds } from '../clock.ts'
import { bytes, compact, count, decimal, plural, unknown } from '../format/numbers.ts'
import { clockTime, duration, elapsed, instant } from '../format/time.ts'
import { useTitle } from '../pages/hooks.ts'
import { RestFault, Waiting } from '../pages/message.tsx'
import { usePoll } from '../rest/follow.ts'
import { below } from '../root.ts'
import { readServer, type ServerAnswer } from './answer.ts'
import { addSample, type Counts, rateOf, type Samples, type ServerFacts } from './facts.ts'
import { LossTable } from './loss-table.tsx'
import { PartTable, ProcessTable } from './parts.tsx'
import { TroubleList } from './trouble-list.tsx'
import { troublesOf } from './troubles.ts'
import { protocolWords } from './words.ts'
import '../styles/server.css'

const everyMs = 2000
/** Without an answer for this long the page says that it is old. */
const staleMs = 3 * everyMs

export function ServerPage() {
  const samples = useSignal<Samples>([])
  const poll = usePoll('/server', everyMs, (data) => {
    samples.value = addSample(samples.peek(), readServer(data as ServerAnswer))
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
          <b>No answer since {clockTime(poll.heardAt)}.</b> {poll.fault?.message} This page shows how it was then.
        </p>
      )}
      <TroubleList troubles={troubles} now={facts.at} />
      <Load facts={facts} samples={samples.value} />
      <Connections facts={facts} samples={samples.value} />
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
        <a href={below('/api/v1/server')}>/api/v1/server</a>, for Prometheus: <a href={below('/metrics')}>/metrics</a>.
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
  const { load, work, limits, store, processes, reportRate } = facts
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
                ? bytes(store.bufferBytes)
                : `${gigabytes(store.diskBytes)} on disk, ${plural(store.files ?? 0, 'file', 'files')}`
            }
            used={limits.bufferBytes === null ? undefined : store.bufferBytes / limits.bufferBytes}
          >
            {count(store.pendingRows)}
          </Figure>
        )}
        {reportRate.level > 0 && (
          <Figure label="agents report every" tone="warn" aside={`slowed down, step ${reportRate.level}`}>
            {duration(reportRate.reportMs)}
          </Figure>
        )}
      </FigureRow>
      {store === null && <p class="faint">No history is kept.</p>}
    </section>
  )
}

const bytesRate = (rate: number | undefined): string => (rate === undefined ? unknown : `${bytes(rate)}/s`)
const gigabytes = (n: number): string => (n < 1024 ** 3 ? bytes(n) : `${decimal(n / 1024 ** 3, 1)} GiB`)

/** Connections and logins. */
function Connections({ facts, samples }: Shown) {
  const { work, limits, deliveries, slowViewers } = facts
  const all = sumOf(work.connections)
  const logins = rateOf(samples, (one) => sumOf(one.work.logins))
  const { credit, batches } = work
  const known = Object.entries(work.connections).filter(([, open]) => open > 0)
  return (
    <section class="server-section" aria-labelledby="server-connections">
      <h2 id="server-connections">Connections</h2>
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
            tone={deliveries.missing + deliveries.missingRanges > 0 ? 'warn' : undefined}
            aside={<a href={below('/agents')}>which agents</a>}
          >
            {count(deliveries.missing + deliveries.missingRanges)}
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

interface FigureProps {
  readonly label: string
  readonly title?: string
  readonly tone?: 'warn' | 'bad' | undefined
  /** What stands below, smaller. */
  readonly aside?: ComponentChildren
  /** Share of a limit that is in use, drawn as a bar. */
  readonly used?: number | undefined
  readonly children: ComponentChildren
}

/** A figure with its name, and how much of its limit it uses. */
function Figure({ label, title, tone, aside, used, children }: FigureProps) {
  return (
    <div class={tone ? `figure is-${tone}` : 'figure'} title={title}>
      <dt>{label}</dt>
      <dd>
        <b>{children}</b>
        {used !== undefined && (
          <span class={used >= 0.8 ? 'meter is-tight' : 'meter'} aria-hidden="true">
            <i style={{ transform: `scaleX(${Math.min(1, Math.max(0, used)).toFixed(3)})` }} />
          </span>
        )}
        {aside !== undefined && <small>{aside}</small>}
      </dd>
    </div>
  )
}

const FigureRow = ({ children }: { readonly children: ComponentChildren }) => <dl class="figures">{children}</dl>
