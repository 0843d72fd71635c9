/** A silence: alarms that match stay open, but nobody is told. Says what it will match before it begins. */
import type { AlarmRecord, Silence } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { serverNow } from '../clock.ts'
import { queryOf } from '../rest/rest.ts'
import { useAnswer } from '../rest/use-answer.ts'
import { ActFault } from './act-fault.tsx'
import { matchWords } from './filter.ts'
import { momentOf, spans, type Until } from './times.ts'
import { UntilChoice } from './until-choice.tsx'
import { useAct } from './use-act.ts'

type Match = Silence['match']

/** From the narrowest to the widest that an alarm suggests. */
export function scopesOf({ network, node, rule }: Pick<AlarmRecord, 'network' | 'node' | 'rule'>): readonly Match[] {
  if (network === null) return [{ rule }]
  if (node === null) return [{ network, rule }, { network }]
  return [
    { network, node, rule },
    { network, node },
    { network, rule },
  ]
}

interface Props {
  readonly alarm: AlarmRecord
  readonly onDone: () => void
  readonly onCancel: () => void
}

export function SilenceForm({ alarm, onDone, onCancel }: Props) {
  const { busy, fault, run } = useAct()
  const scopes = scopesOf(alarm)
  const chosen = useSignal(0)
  const until = useSignal<Until>({ kind: 'span', ms: spans[0][2] })
  const comment = useRef<HTMLInputElement>(null)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])
  const match = scopes[chosen.value] ?? {}
  const moment = momentOf(until.value, serverNow()) ?? undefined
  const send = async (): Promise<void> => {
    if (moment === undefined) return
    const text = comment.current?.value.trim() ?? ''
    if (await run('POST', '/silences', { match, until: moment, ...(text !== '' && { comment: text }) })) onDone()
  }
  return (
    <form
      class="alarm-form"
      aria-label="Silence"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
    >
      <fieldset>
        <legend>Nobody is notified of</legend>
        {scopes.map((scope, i) => (
          <label key={matchWords(scope)} class="alarm-scope">
            <input
              {...(i === 0 && { ref: first })}
              type="radio"
              name="scope"
              checked={chosen.value === i}
              onChange={() => (chosen.value = i)}
            />
            <span>{matchWords(scope)}</span>
          </label>
        ))}
      </fieldset>
      <Matching match={match} />
      <UntilChoice until={until.value} onChange={(next) => (until.value = next)} now={serverNow()} />
      <label>
        <span>Comment</span>
        <input ref={comment} name="comment" maxLength={500} autocomplete="off" placeholder="why" />
      </label>
      <ActFault fault={fault.value} />
      <p class="alarm-buttons">
        <button type="submit" class="chip is-main" disabled={busy.value || moment === undefined}>
          Silence
        </button>
        <button type="button" class="chip" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </form>
  )
}

/** Counted up to here. */
const countedAtMost = 100

/** How many open alarms a silence would match now. */
function Matching({ match }: { readonly match: Match }) {
  const path = `/alarms${queryOf({ open: 'true', network: match.network, node: match.node, rule: match.rule, limit: countedAtMost })}`
  const { data } = useAnswer<{ readonly alarms: readonly unknown[]; readonly next: string | null }>(path)
  const found = data?.alarms.length ?? 0
  const many = data?.next === null ? String(found) : `${countedAtMost} or more`
  return (
    <p class="faint" role="status">
      {data &&
        `${many} open ${found === 1 ? 'alarm matches now, and stays' : 'alarms match now, and stay'} on this page.`}
    </p>
  )
}
