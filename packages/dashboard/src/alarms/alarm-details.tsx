/** What is behind the row of an alarm: its steps, its symptoms, where to look, and what may be done about it. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { instant } from '../format/time.ts'
import { useAnswer } from '../rest/use-answer.ts'
import { AcknowledgeForm } from './acknowledge-form.tsx'
import { ActFault } from './act-fault.tsx'
import { alarmHref, logsThenHref, subjectHref, thenHref } from './links.ts'
import { SeveritySign } from './severity-sign.tsx'
import { subjectOf } from './severity.ts'
import { SilenceForm } from './silence-form.tsx'
import { Symptoms } from './symptoms.tsx'
import { useAct } from './use-act.ts'
import type { AlarmWithSteps, WireStep } from './wire.ts'

export type Form = 'acknowledge' | 'silence'

interface Props {
  readonly alarm: AlarmRecord
  readonly form: Form | undefined
  readonly mayAct: boolean
  readonly onForm: (form: Form | undefined) => void
}

export function AlarmDetails(props: Props) {
  const { alarm } = props
  return (
    <div class="alarm-details">
      {alarm.state !== 'cleared' && props.mayAct && <Actions {...props} />}
      <Links alarm={alarm} />
      <Labels labels={alarm.labels} />
      {alarm.symptoms > 0 && <Symptoms alarm={alarm} />}
      <Steps alarm={alarm} />
    </div>
  )
}

function Actions({ alarm, form, onForm }: Props) {
  const { busy, fault, run } = useAct()
  const path = `/alarms/${encodeURIComponent(alarm.id)}/acknowledge`
  const close = (): void => onForm(undefined)
  if (form === 'acknowledge') return <AcknowledgeForm alarm={alarm} onDone={close} onCancel={close} />
  if (form === 'silence') return <SilenceForm alarm={alarm} onDone={close} onCancel={close} />
  return (
    <>
      <p class="alarm-buttons">
        {alarm.acknowledgement === null ? (
          <button type="button" class="chip is-main" onClick={() => onForm('acknowledge')}>
            I have it…
          </button>
        ) : (
          <button type="button" class="chip" disabled={busy.value} onClick={() => void run('DELETE', path)}>
            Nobody has it any more
          </button>
        )}
        <button type="button" class="chip" onClick={() => onForm('silence')}>
          Silence…
        </button>
      </p>
      <ActFault fault={fault.value} />
    </>
  )
}

function Links({ alarm }: { readonly alarm: AlarmRecord }) {
  const then = thenHref(alarm)
  const logs = logsThenHref(alarm)
  return (
    <p class="alarm-links">
      <a class="chip" href={subjectHref(alarm)}>
        {alarm.node === null ? `Page of ${subjectOf(alarm)}` : `Page of ${alarm.node}`}
      </a>
      {then !== undefined && (
        <a class="chip" href={then}>
          How it was at {instant(alarm.startsAt).slice(11)}
        </a>
      )}
      {logs !== undefined && (
        <a class="chip" href={logs}>
          Log lines of that moment
        </a>
      )}
      {alarm.runbook !== null && (
        <a class="chip" href={alarm.runbook} target="_blank" rel="noreferrer">
          Runbook
        </a>
      )}
      {alarm.parent !== null && (
        <a class="chip" href={alarmHref({ id: alarm.parent, network: alarm.network })}>
          The alarm that explains it
        </a>
      )}
    </p>
  )
}

function Labels({ labels }: { readonly labels: AlarmRecord['labels'] }) {
  const entries = Object.entries(labels)
  if (entries.length === 0) return null
  return (
    <p class="alarm-labels faint">
      {entries.map(([name, value]) => (
        <span key={name}>
          {name}={value}
        </span>
      ))}
    </p>
  )
}

/** Steps that are shown at first; an alarm that was updated for a week has more. */
const stepsAtFirst = 20

function Steps({ alarm: { id, step } }: { readonly alarm: AlarmRecord }) {
  const all = useSignal(false)
  const { data, fault } = useAnswer<AlarmWithSteps>(`/alarms/${encodeURIComponent(id)}`, step)
  if (data === undefined)
    return <p class="faint">{fault ? `Its steps could not be read. ${fault.message}` : 'Loading its steps…'}</p>
  const hidden = all.value ? 0 : Math.max(0, data.steps.length - stepsAtFirst)
  return (
    <section class="alarm-steps" aria-label="Its steps">
      <h3>What happened</h3>
      {hidden > 0 && (
        <button type="button" class="chip" onClick={() => (all.value = true)}>
          {hidden} earlier steps
        </button>
      )}
      <ol>
        {data.steps.slice(hidden).map((one) => (
          <Step key={one.alarm.step} {...one} />
        ))}
      </ol>
    </section>
  )
}

function Step({ name, at, alarm: { severity, message, acknowledgement } }: WireStep) {
  return (
    <li>
      <time>{instant(at)}</time>
      <span class="alarm-step-name">
        <SeveritySign level={severity} over={name === 'cleared'} /> {name}
      </span>
      <span>
        {name === 'acknowledged' && acknowledgement !== null ? (
          <>
            by <b>{acknowledgement.by}</b>
            {acknowledgement.until !== null && `, until ${instant(acknowledgement.until).slice(0, 16)}`}
            {acknowledgement.comment !== null && <q>{acknowledgement.comment}</q>}
          </>
        ) : (
          message
        )}
      </span>
    </li>
  )
}
