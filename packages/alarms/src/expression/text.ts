/** Texts with places: `{{node.name}} has {{node.peers}} peers`. Each place is an expression. */
import { compileExpression } from './compile.ts'
import type { About, Context, Expression, ExpressionFault } from './expression.ts'

const maxPlaces = 20

export interface Text {
  /** What is not known is a question mark. */
  readonly fill: (context: Context) => string
}

type CompiledText = { readonly ok: true; readonly text: Text } | { readonly ok: false; readonly fault: ExpressionFault }

const shown = (value: unknown): string => {
  if (typeof value === 'number') return String(Math.round(value * 100) / 100)
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return Array.isArray(value) ? value.map(shown).join(', ') : '?'
}

export const compileText = (template: string, about: About): CompiledText => {
  const parts: (string | Expression)[] = []
  let end = 0
  for (const found of template.matchAll(/\{\{(.+?)\}\}/g)) {
    const [whole, inside = ''] = found
    parts.push(template.slice(end, found.index))
    end = found.index + whole.length
    const compiled = compileExpression(inside, about, 'any')
    if (!compiled.ok) return { ok: false, fault: { ...compiled.fault, at: found.index + 2 + compiled.fault.at } }
    parts.push(compiled.expression)
  }
  parts.push(template.slice(end))
  if (parts.length > 2 * maxPlaces + 1) return { ok: false, fault: { at: 1, message: `more than ${maxPlaces} places` } }
  return {
    ok: true,
    text: {
      fill: (context) =>
        parts
          .map((part) => {
            if (typeof part === 'string') return part
            const outcome = part.evaluate(context)
            return outcome.state === 'value' ? shown(outcome.value) : '?'
          })
          .join(''),
    },
  }
}
