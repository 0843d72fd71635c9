/** What is behind the row of an alarm: its steps, its symptoms, where to look, and what may be done about it. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { instant } from '../format/time.ts'
import { askServer } from '../rest/rest.ts'
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
  readonly onChanged: () => void
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

function Actions({ alarm, form, onForm, onChanged }: Props) {
  const { busy, fault, run } = useAct()
  const done = (): void => {
    onForm(undefined)
    onChanged()
  }
  const cancel = (): void => onForm(undefined)
  if (form === 'acknowledge') return <AcknowledgeForm alarm={alarm} onDone={done} onCancel={cancel} />
  if (form === 'silence') return <SilenceForm alarm={alarm} onDone={done} onCancel={cancel} />
  const giveBack = async (): Promise<void> => {
    if (await run('DELETE', `/alarms/${encodeURIComponent(alarm.id)}/acknowledge`)) onChanged()
  }
  return (
    <>
      <p class="alarm-buttons">
        {alarm.acknowledgement === null ? (
          <button type="button" class="chip is-main" onClick={() => onForm('acknowledge')}>
            I have it…
          </button>
        ) : (
          <button type="button" class="chip" disabled={busy.value} onClick={() => void giveBack()}>
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
  const steps = useSignal<readonly WireStep[] | undefined>(undefined)
  const fault = useSignal('')
  const all = useSignal(false)
  useEffect(() => {
    const gone = new AbortController()
    const ask = async (): Promise<void> => {
      const answer = await askServer(`/alarms/${encodeURIComponent(id)}`, gone.signal).catch(() => undefined)
      if (!answer || gone.signal.aborted) return
      if (answer.ok) steps.value = (answer.data as AlarmWithSteps).steps
      fault.value = answer.ok ? '' : answer.fault.message
    }
    void ask()
    return () => gone.abort()
  }, [id, step])
  if (steps.value === undefined)
    return (
      <p class="faint">{fault.value === '' ? 'Loading its steps…' : `Its steps could not be read. ${fault.value}`}</p>
    )
  const hidden = all.value ? 0 : Math.max(0, steps.value.length - stepsAtFirst)
  return (
    <section class="alarm-steps" aria-label="Its steps">
      <h3>What happened</h3>
      {hidden > 0 && (
        <button type="button" class="chip" onClick={() => (all.value = true)}>
          {hidden} earlier steps
        </button>
      )}
      <ol>
        {steps.value.slice(hidden).map((one) => (
          <li key={one.step}>
            <time>{instant(one.at)}</time>
            <span class="alarm-step-name">
              <SeveritySign level={one.severity} over={one.name === 'cleared'} /> {one.name}
            </span>
            <span>
              {one.message}
              {one.by !== null && (
                <span class="faint">
                  {' '}
                  by {one.by}
                  {one.comment !== null && `: ${one.comment}`}
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
