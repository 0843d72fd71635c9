/** Log lines of a network: followed live, or those around the moment of the past that is shown. What is shown is in the address. */
import type { LogFilter } from '@netstats/protocol/feed'
import { type Signal, useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { plural } from '../format/numbers.ts'
import { addKeys } from '../keys.ts'
import { useTitle } from '../pages/hooks.ts'
import { HistoryFault, NetworkFault } from '../pages/message.tsx'
import { pastAt } from '../past/moment.ts'
import { query } from '../router/location.ts'
import { momentHref } from '../router/routes.ts'
import { isFiltered, readFilter } from './filter.ts'
import { LogTable } from './log-table.tsx'
import { LogTools } from './log-tools.tsx'
import { NoLogs, OnlyOwnLogs } from './no-logs.tsx'
import { useAround, useTail } from './use-logs.ts'
import '../styles/logs.css'

export function LogsPage({ network }: { readonly network: string }) {
  useTitle(`Logs of ${network}`)
  const at = pastAt.value
  const settings = query.value
  const filter = useMemo(() => readFilter(settings), [settings.toString()])
  return at === undefined ? (
    <LiveLogs key={JSON.stringify(filter)} network={network} filter={filter} />
  ) : (
    <LogsAround key={JSON.stringify([filter, at])} network={network} filter={filter} at={at} />
  )
}

interface Props {
  readonly network: string
  readonly filter: LogFilter
}

function LiveLogs({ network, filter }: Props) {
  const paused = useSignal(false)
  const view = useTail(network, filter, paused)
  const { lines, waitingLines, waiting, fault, more, older } = view
  useEffect(
    () =>
      addKeys({
        f: () => {
          paused.value = !paused.value
        },
      }),
    [],
  )
  if (fault?.code === 'FEED_NETWORK_UNKNOWN' && lines.length === 0)
    return <NetworkFault network={network} fault={fault} />
  return (
    <div class="logs-page">
      <header class="logs-head">
        <h1>Logs</h1>
        <LogTools network={network} filter={filter} lines={lines} />
        <FollowButton paused={paused} count={waitingLines} />
      </header>
      {fault && <HistoryFault fault={fault} retry={older} />}
      {lines.length === 0 && !waiting && !fault && <NoLogs filter={filter} />}
      {lines.length > 0 && (
        <>
          {!isFiltered(filter) && !more && <OnlyOwnLogs lines={lines} />}
          <Lines paused={paused} size={lines.length} name="Log lines, the newest last">
            <Older more={more} waiting={waiting} older={older} />
            <LogTable network={network} lines={lines} />
          </Lines>
        </>
      )}
      {lines.length === 0 && waiting && <p class="quiet-note">Loading the logs…</p>}
    </div>
  )
}

/** Goes on at the newest line, or holds the lines still; then it counts what comes. */
function FollowButton({ paused, count }: { readonly paused: Signal<boolean>; readonly count: number }) {
  return (
    <button
      type="button"
      class="chip logs-follow"
      aria-pressed={!paused.value}
      title={paused.value ? 'Go on at the newest line (f)' : 'Hold the lines still (f)'}
      onClick={() => {
        paused.value = !paused.value
      }}
    >
      {paused.value ? (count > 0 ? `Follow: ${plural(count, 'new line', 'new lines')}` : 'Follow') : 'Following'}
    </button>
  )
}

function LogsAround({ network, filter, at }: Props & { readonly at: number }) {
  const { lines, waiting, fault, more, older, newer } = useAround(network, filter, at)
  return (
    <div class="logs-page">
      <header class="logs-head">
        <h1>Logs</h1>
        <LogTools network={network} filter={filter} lines={lines} />
        <a class="chip logs-follow" href={momentHref(network, at)}>
          See the network then
        </a>
      </header>
      {fault && <HistoryFault fault={fault} retry={older} />}
      {lines.length === 0 && !fault && (
        <p class="quiet-note" role="status">
          {waiting ? 'Loading the logs…' : 'No lines that match half a day before or after this moment.'}
        </p>
      )}
      {lines.length > 0 && (
        <Lines size={lines.length} name="Log lines around the moment">
          <Older more={more} waiting={waiting} older={older} />
          <LogTable network={network} lines={lines} at={at} />
          <p class="logs-more">
            <button type="button" class="chip" disabled={waiting} onClick={newer}>
              Newer lines
            </button>
          </p>
        </Lines>
      )}
    </div>
  )
}

const Older = ({
  more,
  waiting,
  older,
}: {
  readonly more: boolean
  readonly waiting: boolean
  readonly older: () => void
}) => (
  <p class="logs-more">
    {more ? (
      <button type="button" class="chip" disabled={waiting} onClick={older}>
        Older lines
      </button>
    ) : (
      <span class="faint">{waiting ? 'Loading older lines…' : 'No older lines.'}</span>
    )}
  </p>
)

interface LinesProps {
  readonly name: string
  /** How many lines there are. */
  readonly size: number
  /** Undefined where nothing comes. */
  readonly paused?: Signal<boolean>
  readonly children: ComponentChildren
}

/** How far the middle of a row is below the middle of the box; the window itself stays where it is. */
const placeOf = (row: Element | null, box: Element): number => {
  const middle = ({ top, height }: DOMRect): number => top + height / 2
  return row === null ? 0 : middle(row.getBoundingClientRect()) - middle(box.getBoundingClientRect())
}

/** Pixels from the end within which the newest line is in view. */
const nearEnd = 24

/**
 * A box that scrolls: it stays at the newest line while it follows, at the moment of the past when it is first drawn, and
 * where it was when older lines come before. Scrolling up holds the lines still, scrolling to the end follows again.
 */
function Lines({ name, size, paused, children }: LinesProps) {
  const box = useRef<HTMLDivElement>(null)
  const before = useRef({ height: 0, first: true })
  const byScroll = useRef(false)
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const { height, first } = before.current
    const isFollowing = paused !== undefined && !paused.peek()
    if (isFollowing) element.scrollTop = element.scrollHeight
    else if (first) element.scrollTop += placeOf(element.querySelector('[data-moment]'), element)
    else if (element.scrollTop < nearEnd) element.scrollTop += element.scrollHeight - height
    before.current = { height: element.scrollHeight, first: false }
  }, [size, paused?.value])
  const onScroll = (): void => {
    const element = box.current
    if (!element || paused === undefined) return
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd
    if (isAtEnd === !paused.peek()) return
    if (!isAtEnd) {
      byScroll.current = true
      paused.value = true
    } else if (byScroll.current) {
      byScroll.current = false
      paused.value = false
    }
  }
  return (
    <div class="logs-box" ref={box} role="region" aria-label={name} tabIndex={0} onScroll={onScroll}>
      {children}
    </div>
  )
}
