/** "I have it": who looks after an alarm says so, until when, and what about it. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { serverNow } from '../clock.ts'
import { ActFault } from './act-fault.tsx'
import { momentOf, type Until } from './times.ts'
import { UntilChoice } from './until-choice.tsx'
import { useAct } from './use-act.ts'

interface Props {
  readonly alarm: AlarmRecord
  readonly onDone: () => void
  readonly onCancel: () => void
}

export function AcknowledgeForm({ alarm, onDone, onCancel }: Props) {
  const { busy, fault, run } = useAct()
  const until = useSignal<Until>({ kind: 'end' })
  const comment = useRef<HTMLInputElement>(null)
  useEffect(() => comment.current?.focus(), [])
  const moment = momentOf(until.value, serverNow())
  const send = async (): Promise<void> => {
    if (moment === undefined) return
    const text = comment.current?.value.trim() ?? ''
    const body = { ...(text !== '' && { comment: text }), ...(moment !== null && { until: moment }) }
    if (await run('POST', `/alarms/${encodeURIComponent(alarm.id)}/acknowledge`, body)) onDone()
  }
  return (
    <form
      class="alarm-form"
      aria-label="Acknowledge"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
    >
      <p>You look after it. Nobody is reminded of it, and all others see that you have it.</p>
      <label>
        <span>Comment</span>
        <input ref={comment} name="comment" maxLength={500} autocomplete="off" placeholder="what you do about it" />
      </label>
      <UntilChoice until={until.value} onChange={(next) => (until.value = next)} now={serverNow()} withEnd />
      <ActFault fault={fault.value} />
      <p class="alarm-buttons">
        <button type="submit" class="chip is-main" disabled={busy.value || moment === undefined}>
          I have it
        </button>
        <button type="button" class="chip" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </form>
  )
}
