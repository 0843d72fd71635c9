/** A list of alarms with one row open at a time; which one is in the address, so that a link leads to it. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { addKeys } from '../keys.ts'
import { RestFault, Waiting } from '../pages/message.tsx'
import { askServer } from '../rest/rest.ts'
import { query, setQuery } from '../router/location.ts'
import type { Form } from './alarm-details.tsx'
import { AlarmRow } from './alarm-row.tsx'
import { type AlarmFilter, type ListView, listPath } from './filter.ts'
import { useAlarms } from './use-alarms.ts'

interface Props {
  readonly view: ListView
  readonly filter: AlarmFilter
  readonly withNetwork: boolean
  readonly mayAct: boolean
  /** Another value after alarms changed. */
  readonly version: unknown
}

export function AlarmList({ view, filter, withNetwork, mayAct, version }: Props) {
  const { state, more, again } = useAlarms(listPath(view, filter), version)
  const { rows, fault, status, waiting, more: hasMore } = state.value
  const opened = query.value.get('alarm')
  const form = useSignal<Form | undefined>(undefined)
  const list = useRef<HTMLDivElement>(null)
  useRowKeys(list, mayAct, (id, wanted) => {
    setQuery('alarm', id)
    form.value = wanted
  })
  const linked = useLinked(opened, rows.some(({ id }) => id === opened) || waiting)
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
      onChanged={again}
    />
  )
  if (fault && rows.length === 0) return <RestFault what="alarms" fault={fault} status={status} />
  if (waiting && rows.length === 0) return <Waiting what="the alarms" />
  return (
    <div ref={list}>
      {linked && (
        <section class="alarm-linked" aria-label="The alarm of the link">
          <p class="faint">The alarm of the link is {linked.state}, and in another list:</p>
          <ul class="alarm-list">{row(linked)}</ul>
        </section>
      )}
      {rows.length === 0 ? (
        <p class="quiet-note" role="status">
          {emptyWords[view]}
        </p>
      ) : (
        <ul class="alarm-list" aria-busy={waiting}>
          {rows.map(row)}
        </ul>
      )}
      {hasMore && (
        <button type="button" class="chip alarm-more" disabled={waiting} onClick={more}>
          Show more
        </button>
      )}
    </div>
  )
}

const emptyWords: Readonly<Record<ListView, string>> = {
  open: 'No alarm is open that nobody has.',
  acknowledged: 'Nobody looks after an alarm.',
  history: 'No alarm is over yet that matches.',
}

/** The alarm that the address names, where the list does not have it. */
function useLinked(id: string | null, isListed: boolean): AlarmRecord | undefined {
  const alarm = useSignal<AlarmRecord | undefined>(undefined)
  useEffect(() => {
    alarm.value = undefined
    if (id === null || isListed) return
    const gone = new AbortController()
    const ask = async (): Promise<void> => {
      const answer = await askServer(`/alarms/${encodeURIComponent(id)}`, gone.signal).catch(() => undefined)
      if (answer?.ok && !gone.signal.aborted) alarm.value = answer.data as AlarmRecord
    }
    void ask()
    return () => gone.abort()
  }, [id, isListed])
  return alarm.value
}

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
