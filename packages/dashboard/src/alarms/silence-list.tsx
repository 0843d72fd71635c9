/** Silences and maintenance windows that hold, or are to come. */
import type { Silence } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { seconds } from '../clock.ts'
import { elapsed, instant } from '../format/time.ts'
import { RestFault, Waiting } from '../pages/message.tsx'
import { usePoll } from '../rest/follow.ts'
import { ActFault } from './act-fault.tsx'
import { matchWords } from './filter.ts'
import { useAct } from './use-act.ts'

const everyMs = 5000
/** More than anyone reads. */
const shownAtMost = 200

interface Props {
  /** Only those that may hold back alarms of it. */
  readonly network: string | undefined
  readonly mayAct: boolean
}

export function SilenceList({ network, mayAct }: Props) {
  const silences = useSignal<readonly Silence[] | undefined>(undefined)
  const ended = useSignal<readonly string[]>([])
  const { busy, fault, run } = useAct()
  const poll = usePoll('/silences', everyMs, (data) => {
    silences.value = (data as { readonly silences: readonly Silence[] }).silences
  })
  if (silences.value === undefined) {
    const { fault: why, status } = poll.value
    return why ? <RestFault what="silences" fault={why} status={status} /> : <Waiting what="the silences" />
  }
  const shown = silences.value.filter(
    ({ id, match }) =>
      !ended.value.includes(id) && (network === undefined || match.network === undefined || match.network === network),
  )
  const end = async (id: string): Promise<void> => {
    if (await run('DELETE', `/silences/${encodeURIComponent(id)}`)) ended.value = [...ended.peek(), id]
  }
  if (shown.length === 0)
    return (
      <p class="quiet-note" role="status">
        Nothing is silenced. Open an alarm to silence it{mayAct ? '' : '; that needs the role of an operator'}.
      </p>
    )
  return (
    <>
      <ActFault fault={fault.value} />
      <ul class="silence-list">
        {shown.slice(0, shownAtMost).map((silence) => (
          <li key={silence.id}>
            <p class="silence-what">
              <b>{matchWords(silence.match)}</b>
              {silence.kind === 'maintenance' && ' · maintenance'}
              {silence.comment !== null && <q>{silence.comment}</q>}
            </p>
            <p class="silence-when">
              {silence.from > seconds.value ? (
                `begins ${instant(silence.from).slice(0, 16)}, ends ${instant(silence.until).slice(0, 16)}`
              ) : (
                <>
                  ends in <b>{elapsed(silence.until - seconds.value)}</b>, {instant(silence.until).slice(0, 16)}
                </>
              )}
              <span class="faint"> by {silence.by}</span>
            </p>
            {mayAct && (
              <button type="button" class="chip" disabled={busy.value} onClick={() => void end(silence.id)}>
                End it
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
