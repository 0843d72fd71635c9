/** What CEL has and a rule may not use, because its work does not depend on the size of the expression alone. */
import type { ASTNode } from '@marcbachmann/cel-js'

const loops: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])
/** Lists of facts have 40 elements at most: a loop in a loop is 1,600 steps. */
const deepest = 2

const refused: Readonly<Record<string, string>> = {
  matches: 'matches is not available; use ==, startsWith, endsWith or contains',
  bind: 'cel.bind is not available',
}

interface Refusal {
  readonly at: number
  readonly message: string
}

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value

/** The first part of an expression that is not allowed. */
export const refusalOf = (value: unknown, loopsAround = 0): Refusal | undefined => {
  if (Array.isArray(value)) {
    for (const one of value) {
      const found = refusalOf(one, loopsAround)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (!isNode(value)) return undefined
  const name = value.op === 'rcall' || value.op === 'call' ? value.args[0] : ''
  const message = refused[name]
  if (message !== undefined) return { at: value.start, message }
  const depth = loopsAround + (loops.has(name) ? 1 : 0)
  if (depth > deepest)
    return { at: value.start, message: `at most ${deepest} of all, exists, map and filter in each other` }
  return refusalOf(value.args, depth)
}
