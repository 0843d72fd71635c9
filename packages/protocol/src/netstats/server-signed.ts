import type { ServerState } from './server-state.ts'
import type { At } from './server-types.ts'

/** A frame as it came. */
export interface Received {
  readonly text: string
  /** On the wire. */
  readonly bytes: number
  readonly at: At
}

/** Everything after the first line, as it was sent: what a signature covers. */
export const linesOf = (text: string): string => {
  const end = text.indexOf('\n')
  return end === -1 ? '' : text.slice(end + 1)
}

/** True where the session has no key, or the signature is by it. */
export const isSigned = (s: ServerState, signature: string | undefined, text: (session: string) => string): boolean => {
  const { admission } = s
  if (admission?.key === undefined) return true
  return signature !== undefined && s.options.verify?.(admission.key, text(admission.session), signature) === true
}
