/**
 * Conditions and texts of configured rules. The language is CEL; nobody but this folder knows whose implementation. An
 * expression is compiled once, with its types checked. It cannot loop, and how much it does is bounded by its size.
 */

/** What an expression was written over. */
export type About = 'node' | 'network' | 'server'

export type Outcome =
  | { readonly state: 'value'; readonly value: unknown }
  /** It needs a fact that is not known. */
  | { readonly state: 'unknown' }
  | { readonly state: 'failed'; readonly reason: string }

export interface Expression {
  readonly evaluate: (context: Context) => Outcome
}

/** Facts in the form that expressions see; made once for all expressions of a look. */
export interface Context {
  readonly [name: string]: unknown
}

export interface ExpressionFault {
  /** Character in the text, from 1. */
  readonly at: number
  readonly message: string
}

export type Compiled =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly fault: ExpressionFault }
