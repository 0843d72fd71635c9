/** A list of alarms with one row open at a time; which one is in the address, so that a link leads to it. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useTopic } from '../feed/topics.ts'
import { plural } from '../format/numbers.ts'
import { addKeys } from '../keys.ts'
import { RestFault, Waiting } from '../pages/message.tsx'
import { useAnswer } from '../rest/use-answer.ts'
import { query, setQuery } from '../router/location.ts'
import type { Form } from './alarm-details.tsx'
import { AlarmRow } from './alarm-row.tsx'
import { type AlarmFilter, fits, historyPath, isIn, type ListView } from './filter.ts'
import { useAlarms } from './use-alarms.ts'
import { useOpenAlarms } from './use-open-alarms.ts'

interface Props {
  readonly view: ListView
  readonly filter: AlarmFilter
  readonly network: string | undefined
  readonly mayAct: boolean
}

/** Open ones as the feed has them, the worst first; those that are over page by page. */
export function AlarmList(props: Props) {
  return props.view === 'history' ? <OverAlarms {...props} /> : <OpenAlarms {...props} view={props.view} />
}

/** Most that the server sends of a network; what is beyond matters least. */
const followedAtMost = 200
/** Rows that are drawn at first, and more each time. */
const rowsAtOnce = 50

function OpenAlarms({ view, filter, network, mayAct }: Props & { readonly view: 'open' | 'acknowledged' }) {
  const { data, fault } = useTopic({
    topic: 'alarms',
    limit: followedAtMost,
    ...(network !== undefined && { network }),
  }).value
  const drawn = useSignal(rowsAtOnce)
  if (!data) return fault ? <RestFault what="alarms" fault={fault} status={0} /> : <Waiting what="the alarms" />
  const rows = data.alarms.filter((alarm) => alarm.parent === null && isIn(view, alarm) && fits(filter, alarm))
  const more = rows.length > drawn.value ? () => (drawn.value += rowsAtOnce) : undefined
  return (
    <>
      <Rows
        rows={rows.slice(0, drawn.value)}
        empty={emptyWords[view]}
        withNetwork={network === undefined}
        mayAct={mayAct}
        version={data}
        more={more}
      />
      {data.total > data.alarms.length && (
        <p class="faint alarm-beyond">
          {plural(data.total, 'alarm is', 'alarms are')} open in all; looked through are the {data.alarms.length} that
          matter most.
        </p>
      )}
    </>
  )
}

function OverAlarms({ filter, network, mayAct }: Props) {
  const version = useOpenAlarms().value.data
  const { state, more } = useAlarms(historyPath(filter), version)
  const { rows, fault, status, waiting, more: hasMore } = state.value
  if (fault && rows.length === 0) return <RestFault what="alarms" fault={fault} status={status} />
  if (waiting && rows.length === 0) return <Waiting what="the alarms" />
  return (
    <Rows
      rows={rows}
      empty="No alarm that matches is over."
      withNetwork={network === undefined}
      mayAct={mayAct}
      version={version}
      more={hasMore ? more : undefined}
    />
  )
}

interface RowsProps {
  readonly rows: readonly AlarmRecord[]
  readonly empty: string
  readonly withNetwork: boolean
  readonly mayAct: boolean
  /** Another value after alarms changed. */
  readonly version: unknown
  /** Shows more of them; undefined where that is all. */
  readonly more: (() => void) | undefined
}

function Rows({ rows, empty, withNetwork, mayAct, version, more }: RowsProps) {
  const opened = query.value.get('alarm')
  const form = useSignal<Form | undefined>(undefined)
  const list = useRef<HTMLDivElement>(null)
  useRowKeys(list, mayAct, (id, wanted) => {
    setQuery('alarm', id)
    form.value = wanted
  })
  // The alarm that the address names; its row is the first where the list does not have it.
  const isListed = opened === null || rows.some(({ id }) => id === opened)
  const { data: linked } = useAnswer<AlarmRecord>(
    isListed ? undefined : `/alarms/${encodeURIComponent(opened)}`,
    version,
  )
  const row = (alarm: AlarmRecord) => (
    <AlarmRow
      key={alarm.id}
      alarm={alarm}
      withNetwork={withNetwork}
      opened={alarm.id === opened}
      form={form.value}
      mayAct={mayAct}
      onToggle={() => {
        form.value = undefined
        setQuery('alarm', alarm.id === opened ? null : alarm.id)
      }}
      onForm={(wanted) => (form.value = wanted)}
    />
  )
  return (
    <div ref={list}>
      {linked && (
        <section class="alarm-linked" aria-label="The opened alarm">
          <p class="faint">
            {linked.state === 'raised' ? 'This alarm is not in the list below.' : `This alarm is ${linked.state}:`}
          </p>
          <ul class="alarm-list">{row(linked)}</ul>
        </section>
      )}
      {rows.length === 0 ? (
        <p class="quiet-note" role="status">
          {empty}
        </p>
      ) : (
        <ul class="alarm-list">{rows.map(row)}</ul>
      )}
      {more && (
        <button type="button" class="chip alarm-more" onClick={more}>
          Show more
        </button>
      )}
    </div>
  )
}

const emptyWords = {
  open: 'No alarm that matches is open and without somebody who has it.',
  acknowledged: 'Nobody has an alarm that matches.',
} as const

/** Keys move between rows, and open what may be done about the row in focus. */
function useRowKeys(
  list: { readonly current: HTMLElement | null },
  mayAct: boolean,
  openForm: (id: string, form: Form) => void,
): void {
  useEffect(() => {
    const toggles = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('.alarm-toggle') ?? [])]
    const inFocus = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('[data-alarm]') ?? null
    const move = (by: 1 | -1) => (): boolean => {
      const all = toggles()
      const at = all.findIndex((toggle) => inFocus()?.contains(toggle) === true)
      const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]
      next?.focus()
      return next !== undefined
    }
    const act = (form: Form) => (): boolean => {
      const id = inFocus()?.dataset['alarm']
      if (id === undefined || !mayAct) return false
      openForm(id, form)
      return true
    }
    return addKeys({
      j: move(1),
      ArrowDown: move(1),
      k: move(-1),
      ArrowUp: move(-1),
      i: act('acknowledge'),
      z: act('silence'),
    })
  }, [mayAct])
}
