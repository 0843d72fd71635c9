import { object, optional, severity, table, text } from '../parse.ts'
import { defineKind } from './define.ts'

/** Most fields of a log line. */
export const maxLogFields = 32

/** A line of a log. */
export interface Log {
  /** As in RFC 5424: 0 emergency to 7 debug. */
  readonly severity: number
  /** Program or file it comes from. */
  readonly source: string
  readonly message: string
  /** Part of the program that says it: a module, a logger, a syslog application. */
  readonly component?: string
  /** What the line says in names and values, such as `{ number: '1234', peers: '4' }`. At most `maxLogFields`. */
  readonly fields?: Readonly<Record<string, string>>
}

export const log = defineKind<Log>({
  code: 10,
  class: 'log',
  read: object({
    severity,
    source: text(100),
    message: text(8192),
    component: optional(text(100)),
    fields: optional(table(100, text(1024), maxLogFields)),
  }),
})
