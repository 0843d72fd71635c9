import { refusalOf } from './bounds.ts'
import { environmentOf } from './environments.ts'
import type { About, Compiled, ExpressionFault, Outcome } from './expression.ts'
import { unknownFact } from './unknown-fact.ts'

/** Longer texts are nobody's condition. */
const maxLength = 2000

interface LibraryError {
  readonly code?: unknown
  readonly summary?: unknown
  readonly range?: { readonly start: number }
  readonly message: string
}

const faultOf = (error: LibraryError): ExpressionFault => ({
  at: (error.range?.start ?? 0) + 1,
  message: wordsOf(error),
})

const wordsOf = ({ summary, message }: LibraryError): string => {
  const text = typeof summary === 'string' ? summary : message
  return text.charAt(0).toLowerCase() + text.slice(1)
}

const outcomeOf = (error: unknown): Outcome => {
  if (error === unknownFact) return { state: 'unknown' }
  const said = error as LibraryError
  // Types are checked before: a field that is missing is a fact that is not known.
  if (said.code === 'no_such_key') return { state: 'unknown' }
  return { state: 'failed', reason: error instanceof Error ? wordsOf(said) : String(error) }
}

/** `type`: what it has to give; `any` for the places of a text. */
export const compileExpression = (text: string, about: About, type: 'bool' | 'any'): Compiled => {
  const fail = (fault: ExpressionFault): Compiled => ({ ok: false, fault })
  if (text.length > maxLength) return fail({ at: maxLength, message: `longer than ${maxLength} characters` })
  try {
    const parsed = environmentOf(about).parse(text)
    const refusal = refusalOf(parsed.ast)
    if (refusal !== undefined) return fail({ at: refusal.at + 1, message: refusal.message })
    const checked = parsed.check()
    if (!checked.valid)
      return fail(checked.error === undefined ? { at: 1, message: 'not valid' } : faultOf(checked.error))
    if (type !== 'any' && checked.type !== type)
      return fail({ at: 1, message: `gives ${checked.type ?? 'something else'}, but has to give true or false` })
    return {
      ok: true,
      expression: {
        evaluate(context) {
          // A fact that is not known is no rare case, and nobody reads where it was missed.
          const { stackTraceLimit } = Error
          Error.stackTraceLimit = 0
          try {
            return { state: 'value', value: parsed(context) as unknown }
          } catch (error) {
            return outcomeOf(error)
          } finally {
            Error.stackTraceLimit = stackTraceLimit
          }
        },
      },
    }
  } catch (error) {
    if (error instanceof Error) return fail(faultOf(error))
    throw error
  }
}
