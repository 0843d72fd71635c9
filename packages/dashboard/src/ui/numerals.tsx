import { count, gap } from '../format/numbers.ts'
import { figures } from './strokes.ts'

interface Props {
  readonly value: number | null
  readonly label: string
}

/** A large whole number in our own figures. A figure that changed is lit for a moment; the others stay still. */
export function Numerals({ value, label }: Props) {
  const text = count(value)
  return (
    <span class="numerals" role="img" aria-label={`${label} ${value ?? 'not known'}`}>
      {Array.from(text, (c, i) => {
        const place = text.length - i
        if (c === gap) return <span key={`${place}gap`} class="numerals-gap" />
        return (
          <svg key={`${place}${c}`} viewBox="-0.4 0 10.8 16" aria-hidden="true">
            <path d={figures[c] ?? figures['–']} />
          </svg>
        )
      })}
    </span>
  )
}
