import { letters } from './strokes.ts'

/** The mark: a block, and its news travelling. */
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
