import { useRef } from 'preact/hooks'
import { type Condition, conditionWords } from '../state/condition.ts'

const shapes: Readonly<Record<Condition, string>> = {
  head: 'M5 1.4a3.6 3.6 0 1 1 0 7.2a3.6 3.6 0 1 1 0-7.2Z',
  late: 'M5 1.4a3.6 3.6 0 0 0 0 7.2Z',
  behind: 'M0.8 1.8H9.2L5 9Z',
  syncing: 'M1 4.2L5 0.6L9 4.2M1 9L5 5.4L9 9',
  inactive: 'M1.6 1.6L8.4 8.4M8.4 1.6L1.6 8.4',
  silent: 'M2 5H8',
}

interface Props {
  readonly condition: Condition
  readonly quiet?: boolean
  /** Moves into its place. */
  readonly settles?: boolean
}

/** The shape of a node's condition, with its name for screen readers. */
export function Glyph({ condition, quiet, settles }: Props) {
  return (
    <svg
      class={`glyph is-${condition}${settles ? ' settles' : ''}`}
      viewBox="0 0 10 10"
      {...(quiet ? { 'aria-hidden': true } : { role: 'img' })}
    >
      {!quiet && <title>{conditionWords[condition]}</title>}
      {condition === 'late' && <circle class="glyph-ring" cx="5" cy="5" r="3.6" />}
      <path d={shapes[condition]} />
    </svg>
  )
}

/** The sign of a node in its row: animated when the node's condition changes, not when the row shows another node. */
export function StateGlyph({ id, condition }: { readonly id: string; readonly condition: Condition }) {
  const before = useRef({ id, condition, changes: 0 })
  const { current } = before
  if (current.id !== id) before.current = { id, condition, changes: 0 }
  else if (current.condition !== condition) before.current = { id, condition, changes: current.changes + 1 }
  const { changes } = before.current
  // A new element starts the animation again.
  return <Glyph key={changes} condition={condition} settles={changes > 0} />
}
