/** Which time charts show: in the address, changed by buttons and by zooming. */
import { useMemo } from 'preact/hooks'
import { depth, query, setQueries } from '../router/location.ts'
import { presets, readView, type View, writeView } from './ranges.ts'

/** The stretch of time in the address; `back` leads to what was shown before the last zoom. */
export function useView(): { readonly view: View; readonly show: (view: View) => void; readonly back: () => void } {
  const settings = query.value
  const view = useMemo(() => readView(settings), [settings.get('range'), settings.get('from'), settings.get('to')])
  const show = (next: View): void => setQueries(writeView(next), true)
  const back = (): void => {
    if (depth() > 0) history.back()
    else show(readView(new URLSearchParams()))
  }
  return { view, show, back }
}

interface ButtonsProps {
  readonly view: View
  readonly onView: (view: View) => void
  readonly onBack: () => void
}

export function RangeButtons({ view, onView, onBack }: ButtonsProps) {
  return (
    <div class="history-ranges" role="group" aria-label="Range">
      {presets.map(([key, , label]) => (
        <button
          key={key}
          type="button"
          class="chip"
          aria-pressed={'last' in view && view.last === key}
          onClick={() => onView({ last: key })}
        >
          {label}
        </button>
      ))}
      {!('last' in view) && (
        <button
          type="button"
          class="chip"
          title="Back to what was shown before (Esc, or a double click)"
          onClick={onBack}
        >
          Zoom out
        </button>
      )}
    </div>
  )
}
