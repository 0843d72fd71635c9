/** JSON forms: geth and Erigon (slog), reth (tracing), Besu (log4j), Nethermind and others by the usual names, and journald. */
import { severityOfLevel } from './form.ts'
import type { Form, FormContext, LogLine } from './form.ts'
import { fieldsOf } from './fields.ts'
import { someFields, timeOf } from './geth.ts'

type Values = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The first of these names that the values have, as text, and the values without any of them. */
const take = (values: Values, names: readonly string[]): readonly [string | undefined, Values] => [
  names.map((name) => text(values[name])).find((one) => one !== undefined),
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name))),
]

const times = ['t', 'ts', 'time', 'timestamp', '@timestamp', 'date']
const levels = ['lvl', 'level', 'severity', 'log.level']
const messages = ['msg', 'message']
const components = ['target', 'logger', 'class', 'module', 'component', 'loggerName', 'log.logger']

export const json: Form = (line, context) => {
  if (!line.startsWith('{')) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isObject(parsed)) return undefined
  return '__REALTIME_TIMESTAMP' in parsed ? journal(parsed, context) : structured(parsed)
}

const structured = (values: Values): LogLine | undefined => {
  // tracing puts what is said into an object of its own.
  const inner = isObject(values['fields']) ? values['fields'] : {}
  const { fields: _, span: __, spans: ___, ...outer } = values
  const [time, withoutTime] = take({ ...outer, ...inner }, times)
  const [level, withoutLevel] = take(withoutTime, levels)
  const [message, withoutMessage] = take(withoutLevel, messages)
  const [component, rest] = take(withoutMessage, components)
  const severity = severityOfLevel(level ?? '')
  if (message === undefined || severity === undefined) return undefined
  return {
    form: 'json',
    ...timeOf(time),
    severity,
    ...(component === undefined ? {} : { component: component.slice(-100) }),
    message,
    ...someFields(fieldsOf(rest)),
  }
}

/** An entry of the journal: the program's own line is read in turn where it has a form of its own. */
export const journal = (entry: Values, context: FormContext, inner?: Form): LogLine | undefined => {
  const micros = Number(text(entry['__REALTIME_TIMESTAMP']))
  const said = journalText(entry['MESSAGE'])
  if (said === undefined || !Number.isFinite(micros)) return undefined
  const own = inner?.(said, context)
  const priority = Number(text(entry['PRIORITY']) ?? '6')
  const unit = text(entry['_SYSTEMD_UNIT']) ?? text(entry['UNIT'])
  const program = text(entry['SYSLOG_IDENTIFIER']) ?? text(entry['_COMM'])
  const pid = text(entry['_PID'])
  const component = own?.component ?? program
  const fields = fieldsOf({ ...own?.fields, unit, pid })
  return {
    form: 'journald',
    at: micros / 1000,
    severity: own?.severity ?? (priority >= 0 && priority <= 7 ? Math.floor(priority) : 6),
    ...(component === undefined ? {} : { component: component.slice(0, 100) }),
    message: own?.message ?? said,
    ...someFields(fields),
  }
}

/** What is no text comes as a list of bytes. */
const journalText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  if (!Array.isArray(value) || value.length > 65_536) return undefined
  return value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)
    ? Buffer.from(value as number[]).toString('utf8')
    : undefined
}
