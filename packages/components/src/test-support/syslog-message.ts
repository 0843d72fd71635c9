/** Reads one syslog message in a test, where it can be read. */
import { parseMessage } from '../sources/syslog/message.ts'
import type { SyslogMessage } from '../sources/syslog/syslog-message.ts'

/** When it arrives, unless a test says. */
export const now = Date.parse('2026-11-30T12:00:10Z')
export const parse = (text: string, at = now): SyslogMessage => {
  const found = parseMessage(Buffer.from(text), at)
  if (typeof found === 'string') throw new Error(`${text}: ${found}`)
  return found
}
/** What is said, without what is not. */
export const said = (text: string, at = now): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(parse(text, at)).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  )
