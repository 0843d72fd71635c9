import { number, object, optional, table, text } from '../parse.ts'
import { defineKind } from './define.ts'

/** One value of a number that some program keeps: from StatsD, SNMP, a Prometheus page. */
export interface Metric {
  readonly name: string
  readonly value: number
  /** Tell values of one name apart, such as `{ interface: 'eth0' }`. At most ten. */
  readonly labels?: Readonly<Record<string, string>>
}

export const metric = defineKind<Metric>({
  code: 9,
  class: 'stats',
  read: object({ name: text(200), value: number, labels: optional(table(50, text(100), 10)) }),
})
