/** Our own figures and letters, and what is written with them: the head number, the word mark. */
import { count, gap } from '../format/numbers.ts'

/**
 * Our own figures and letters, drawn as strokes in a box 10 wide and 16 high with cut corners, like engraved instrument
 * scales. They give the page one face everywhere without a font download. All figures are equally wide.
 */
export const figures: Readonly<Record<string, string>> = {
  '0': 'M3 1H7L9 3V13L7 15H3L1 13V3Z',
  '1': 'M2.6 3.6L5.4 1V16',
  '2': 'M1 4V3L3 1H7L9 3V6.2L1 13V15H10',
  '3': 'M0 1H8.6L4.8 6.6H7L9 8.6V13L7 15H3L1 13V12',
  '4': 'M7.2 16V1H6L1 10V11.4H10',
  '5': 'M9.4 1H1.6V7H7L9 9V13L7 15H3L1 13V12',
  '6': 'M9 4V3L7 1H3L1 3V13L3 15H7L9 13V9L7 7H1',
  '7': 'M0 1H9V3L4 16',
  '8': 'M3 7.4L1.4 5.8V3L3.2 1H6.8L8.6 3V5.8L7 7.4H3L1 9.4V13L3 15H7L9 13V9.4L7 7.4',
  '9': 'M1 12V13L3 15H7L9 13V3L7 1H3L1 3V7L3 9H9',
  '–': 'M2 8.4H8',
}

const letters: Readonly<Record<string, string>> = {
  n: 'M1 16V5H7L9 7V16',
  e: 'M1 10H9V7L7 5H3L1 7V13L3 15H8.4',
  t: 'M3 1V13L5 15H8.6M0 5H8.6',
  s: 'M9 5H3L1 7V8L3 10H7L9 12V13L7 15H1',
  a: 'M1.6 5H7L9 7V15H3L1 13V12L3 10H9',
}

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

/** The mark: a block, and its announcement travelling. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 18 16" aria-hidden="true">
      <path class="mark-block" d="M0 10H6V16H0Z" />
      <path d="M0 6H6L10 10V16M0 1.2H8L14.8 8V16" />
    </svg>
  )
}

export function Wordmark() {
  return (
    <svg class="wordmark" viewBox="0 0 96 16" role="img" aria-label="netstats">
      {Array.from('netstats', (c, i) => (
        <path key={i} d={letters[c]} transform={`translate(${i * 12} 0)`} />
      ))}
    </svg>
  )
}
