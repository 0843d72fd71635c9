/** Chips for how long, and a field for a time of choice. */
import { useId } from 'preact/hooks'
import { fieldTime, nextMorning, spans, type Until } from './times.ts'

interface Props {
  readonly until: Until
  readonly onChange: (until: Until) => void
  readonly now: number
  /** Offers `until it is cleared`. */
  readonly withEnd?: boolean
}

export function UntilChoice({ until, onChange, now, withEnd = false }: Props) {
  const field = useId()
  const chip = (label: string, value: Until, pressed: boolean) => (
    <button key={label} type="button" class="chip" aria-pressed={pressed} onClick={() => onChange(value)}>
      {label}
    </button>
  )
  return (
    <div class="alarm-until" role="group" aria-label="Until when">
      {withEnd && chip('until it is cleared', { kind: 'end' }, until.kind === 'end')}
      {spans.map(([, label, ms]) => chip(label, { kind: 'span', ms }, until.kind === 'span' && until.ms === ms))}
      {chip('until…', { kind: 'time', text: fieldTime(nextMorning(now)) }, until.kind === 'time')}
      {until.kind === 'time' && (
        <>
          <label class="visually-hidden" for={field}>
            Until when
          </label>
          <input
            id={field}
            type="datetime-local"
            required
            value={until.text}
            min={fieldTime(now)}
            onInput={({ currentTarget }) => onChange({ kind: 'time', text: currentTarget.value })}
          />
        </>
      )}
    </div>
  )
}
