import { maxLogFields, unixMs } from '@netstats/protocol'
import type { NodeId, ObservationOf, UnixMs } from '@netstats/protocol'
import type { SyslogMessage } from './syslog-message.ts'

/** As RFC 5424 §6.2.1 lists them, by their usual names. */
export const facilities =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )

/** What the observation kind `log` can hold. */
export const messageLength = 8192
const nameLength = 100
const valueLength = 1024

/** A message as a line of a log; `address`: where it came from, which is true whatever the message says. */
export const toLog = (message: SyslogMessage, node: NodeId, address: string, now: UnixMs): ObservationOf<'log'> => {
  const { facility, hostname, app, procid, msgid, structured } = message
  const fields: Record<string, string> = {}
  let count = 0
  // This is done for every line: plain assignments cost a third of lists of pairs.
  const put = (name: string, value: string | undefined): void => {
    // A name like this would not become a field, but change the object.
    if (value === undefined || count >= maxLogFields || name === '__proto__') return
    count++
    fields[cut(name, nameLength)] = cut(value, valueLength)
  }
  put('facility', facilities[facility])
  put('hostname', hostname)
  put('address', address)
  put('procid', procid)
  put('msgid', msgid)
  for (const [name, value] of structured) put(name, value)
  const source = app === undefined ? undefined : cut(app, nameLength)
  return {
    kind: 'log',
    node,
    observedAt: message.at === undefined ? now : unixMs(message.at),
    body: {
      severity: message.severity,
      source: source ?? 'syslog',
      message: cut(message.message, messageLength),
      ...(source === undefined ? {} : { component: source }),
      fields,
    },
  }
}

const cut = (text: string, length: number): string => (text.length > length ? text.slice(0, length) : text)
