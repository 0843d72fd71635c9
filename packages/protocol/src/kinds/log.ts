import { object, severity, text } from '../parse.ts'
import { defineKind } from './define.ts'

/** A line of a log. */
export interface Log {
  /** As in RFC 5424: 0 emergency to 7 debug. */
  readonly severity: number
  /** Program or file it comes from. */
  readonly source: string
  readonly message: string
}

export const log = defineKind<Log>({
  class: 'log',
  read: object({ severity, source: text(100), message: text(8192) }),
})
