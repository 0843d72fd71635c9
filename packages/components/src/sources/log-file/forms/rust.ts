/**
 * OpenEthereum and Parity (env_logger), and reth (tracing).
 *
 *     2026-12-01 11:44:28 UTC Imported #1234 0xabcd…ef01 (3 txs, 0.12 Mgas, 4 ms, 1.23 KiB)
 *     2026-12-01 11:44:28 UTC IO Worker #2 WARN engine  Skipped step
 *     2026-12-01T11:44:28.123456Z  INFO reth_node_events::node: Block added to canonical chain number=1234
 */
import { severityOfLevel } from './form.ts'
import type { Form } from './form.ts'
import { splitFields } from './fields.ts'
import { readStamp } from './java-and-dotnet.ts'
import { someFields, timeOf } from './geth.ts'

const detailed = /^(?:(\S[^!|]{0,60}?) {1,4})?(TRACE|DEBUG|INFO|WARN|ERROR) ([\w:-]{1,100}) {1,4}/
/** Without a level, as it is by default: what the program says at warning begins so. */
const worrying = /^(?:WARN|WARNING|⚠)|\b(?:[Ff]ail(?:ed|ure)?|[Ee]rror|[Rr]ejected|[Ii]nvalid)\b/

export const parity: Form = (line, { utc }) => {
  const stamped = readStamp(line, utc)
  if (stamped === undefined) return undefined
  const { at, rest } = stamped
  const zoned = /^ (UTC )? ?/.exec(rest)
  // Others have a bar or a letter there.
  if (zoned === null || line[10] === 'T' || rest.startsWith(' |')) return undefined
  const said = rest.slice(zoned[0].length)
  const time = zoned[1] === undefined || utc ? at : (readStamp(line, true)?.at ?? at)
  const found = detailed.exec(said)
  if (found === null) {
    const severity = worrying.test(said) ? 4 : 6
    return { form: 'parity', at: time, severity, message: said.trim() }
  }
  const [whole, thread, level = '', component = ''] = found
  return {
    form: 'parity',
    at: time,
    severity: severityOfLevel(level) ?? 6,
    component,
    message: said.slice(whole.length).trim(),
    ...(thread === undefined ? {} : { fields: { thread } }),
  }
}

const rethHead = /^(\d{4}-\d\d-\d\dT\S{8,20}Z) {1,2}(TRACE|DEBUG|INFO|WARN|ERROR) (?:\S{0,200}\}: ?)?([\w:]{1,200}): /

export const reth: Form = (line) => {
  const found = rethHead.exec(line)
  if (found === null) return undefined
  const [whole, time, level = '', target = ''] = found
  const severity = severityOfLevel(level)
  if (severity === undefined) return undefined
  const { text, fields } = splitFields(line.slice(whole.length))
  const component = target.slice(-100)
  return { form: 'reth', ...timeOf(time), severity, component, message: text, ...someFields(fields) }
}
