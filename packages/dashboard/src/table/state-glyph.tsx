import { useRef } from 'preact/hooks'
import type { Condition } from '../state/condition.ts'
import { Glyph } from '../ui/glyph.tsx'

/** The sign of a node in its row: it settles where the node's condition changed, and not where the row shows another node. */
export function StateGlyph({ id, condition }: { readonly id: string; readonly condition: Condition }) {
  const before = useRef({ id, condition, changes: 0 })
  const { current } = before
  if (current.id !== id) before.current = { id, condition, changes: 0 }
  else if (current.condition !== condition) before.current = { id, condition, changes: current.changes + 1 }
  const { changes } = before.current
  // The movement begins anew with a new element.
  return <Glyph key={changes} condition={condition} settles={changes > 0} />
}
