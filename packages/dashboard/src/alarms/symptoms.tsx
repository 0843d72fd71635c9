/** What an alarm explains: its symptoms, a portion at a time. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { seconds } from '../clock.ts'
import { count } from '../format/numbers.ts'
import { shortMoment } from '../format/time.ts'
import { symptomsPath } from './filter.ts'
import { subjectHref } from './links.ts'
import { SeveritySign } from './severity-sign.tsx'
import { subjectOf } from './severity.ts'
import { useAlarms } from './use-alarms.ts'

export function Symptoms({ alarm: { id, symptoms } }: { readonly alarm: AlarmRecord }) {
  const { state, more } = useAlarms(symptomsPath(id), symptoms)
  const { rows, fault, waiting, more: hasMore } = state.value
  return (
    <section class="alarm-symptoms" aria-label="Behind this alarm">
      <h3>
        Behind this: {count(symptoms)} <span class="faint">that nobody is notified of one by one</span>
      </h3>
      <ul aria-busy={waiting}>
        {rows.map((one) => (
          <li key={one.id}>
            <SeveritySign level={one.severity} />
            <a href={subjectHref(one)}>{subjectOf(one)}</a>
            <span class="alarm-symptom-message">{one.message}</span>
            <time class="faint">{shortMoment(one.startsAt, seconds.value)}</time>
          </li>
        ))}
      </ul>
      {fault && (
        <p class="faint" role="alert">
          They could not be read. {fault.message}
        </p>
      )}
      {hasMore && (
        <button type="button" class="chip" disabled={waiting} onClick={more}>
          More of them
        </button>
      )}
    </section>
  )
}
