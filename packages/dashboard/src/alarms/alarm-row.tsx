/** One alarm: what, how bad, since when, what to do and who has it; opened, all that is known of it. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { seconds } from '../clock.ts'
import { plural } from '../format/numbers.ts'
import { clockTime, duration, elapsed, instant, shortMoment } from '../format/time.ts'
import { AlarmDetails, type Form } from './alarm-details.tsx'
import { SeveritySign } from './severity-sign.tsx'
import { subjectOf } from './severity.ts'

interface Props {
  readonly alarm: AlarmRecord
  /** The page is about one network: its name is not repeated. */
  readonly withNetwork: boolean
  readonly opened: boolean
  readonly form: Form | undefined
  readonly mayAct: boolean
  readonly onToggle: () => void
  readonly onForm: (form: Form | undefined) => void
}

export function AlarmRow(props: Props) {
  const { alarm, opened, withNetwork, onToggle } = props
  const over = alarm.state === 'cleared'
  const where = withNetwork && alarm.network !== null && alarm.node !== null ? `network ${alarm.network}` : ''
  return (
    <li
      class={`alarm is-${alarm.severity}${over ? ' is-over' : ''}${opened ? ' is-opened' : ''}`}
      data-alarm={alarm.id}
    >
      <button type="button" class="alarm-toggle" aria-expanded={opened} onClick={onToggle}>
        <span class="alarm-severity">
          <SeveritySign level={alarm.severity} over={over} /> {alarm.severity}
        </span>
        <span class="alarm-what">
          <b class="alarm-message">{alarm.message}</b>
          <span class="alarm-subject">
            {subjectOf(alarm)}
            {where !== '' && ` · ${where}`} · {alarm.rule}
            {alarm.origin === 'node' && ' · reported by it'}
          </span>
          {!over && alarm.advice !== null && <span class="alarm-advice">{alarm.advice}</span>}
          <Notes alarm={alarm} />
        </span>
        <Since alarm={alarm} />
      </button>
      {opened && <AlarmDetails {...props} />}
    </li>
  )
}

function Since({ alarm: { startsAt, endsAt } }: { readonly alarm: AlarmRecord }) {
  return (
    <span class="alarm-since">
      <b>{endsAt === null ? elapsed(seconds.value - startsAt) : `lasted ${duration(endsAt - startsAt)}`}</b>
      <span class="faint">since {shortMoment(startsAt, seconds.value)}</span>
    </span>
  )
}

const suppressions = {
  silence: 'silenced: nobody is told',
  maintenance: 'in maintenance: nobody is told',
  parent: 'a symptom of another alarm: nobody is told',
  flapping: 'comes and goes: told once until it holds still',
} as const

function Notes({ alarm: { acknowledgement, suppressed, symptoms } }: { readonly alarm: AlarmRecord }) {
  return (
    <>
      {symptoms > 0 && (
        <span class="alarm-note">
          <b>{plural(symptoms, 'alarm', 'alarms')}</b> behind this
        </span>
      )}
      {acknowledgement && (
        <span class="alarm-note">
          <b>{acknowledgement.by}</b> has it since {clockTime(acknowledgement.at)}
          {acknowledgement.until !== null && `, until ${instant(acknowledgement.until).slice(0, 16)}`}
          {acknowledgement.comment !== null && <q>{acknowledgement.comment}</q>}
        </span>
      )}
      {suppressed && <span class="alarm-note faint">{suppressions[suppressed.reason]}</span>}
    </>
  )
}
