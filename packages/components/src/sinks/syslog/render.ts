/** Observations as messages of RFC 5424. */
import type { Batch, Mapping, SpooledObservation } from '@netstats/sdk'
import { describeObservation } from '../shared/observation-text.ts'
import { itemId } from '../shared/item-id.ts'

export interface RenderOptions {
  /** Number of the facility. */
  readonly facility: number
  readonly enterprise: number
  readonly appName: string
  readonly maxMessageBytes: number
}

export interface Rendered {
  readonly bytes: Buffer
  readonly isCut: boolean
}

/** Fields of the header: printable ASCII without spaces, `-` where there is nothing. */
const field = (text: string, most: number): string => text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, most) || '-'
/** Names in structured data: besides, no `=`, `]` and `"`. */
const dataName = (text: string): string => field(text.replaceAll(/[=\]"]/g, '_'), 32)
/** Values: three characters are escaped; control characters would break lines at many receivers. */
const dataValue = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/[\\"\]]/g, '\\$&')

const element = (id: string, params: Readonly<Record<string, string>>): string => {
  const said = new Map(Object.entries(params).map(([name, text]) => [dataName(name), dataValue(text)]))
  return `[${id}${[...said].map(([name, text]) => ` ${name}="${text}"`).join('')}]`
}

export const createRenderer = (options: RenderOptions, mapping: Mapping) => {
  const { facility, enterprise, appName, maxMessageBytes } = options

  const dataOf = (batch: Pick<Batch, 'spool'>, item: SpooledObservation): string => {
    const { observation } = item
    const of = (name: string): string => `${name}@${enterprise}`
    const { node, network, ...rest } = mapping.labels(item)
    const where = { ...(node === undefined ? {} : { node }), ...(network === undefined ? {} : { network }) }
    const own = element(of('netstats'), { ...rest, id: itemId(batch, item), kind: observation.kind, ...where })
    if (observation.kind === 'alarm') {
      const { alarm, step, type, number, reason, url } = observation.body
      return (
        own +
        element(of('alarm'), {
          alarm,
          type,
          step,
          ...(number === undefined ? {} : { number: String(number) }),
          ...(reason === undefined ? {} : { reason }),
          ...(url === undefined ? {} : { url }),
        })
      )
    }
    const samples = mapping.samples(item)
    if (samples.length === 0) return own
    // One metric has its labels beside it, several are name and value each.
    if (observation.kind !== 'metric')
      return own + element(of('metrics'), Object.fromEntries(samples.map(({ name, value }) => [name, String(value)])))
    return (
      own +
      samples
        .map(({ name, value, labels }) => element(of('metric'), { ...labels, name, value: String(value) }))
        .join('')
    )
  }

  return (batch: Pick<Batch, 'spool'>, item: SpooledObservation): Rendered => {
    const { observation } = item
    const { text, severity } = describeObservation(observation)
    const program = observation.kind === 'log' ? observation.body.source : appName
    const head = [
      `<${facility * 8 + severity}>1`,
      new Date(observation.observedAt).toISOString(),
      field(mapping.labels(item)['node'] ?? observation.node, 255),
      field(program, 48),
      '-',
      field(observation.kind, 32),
      dataOf(batch, item),
    ].join(' ')
    const whole = Buffer.from(`${head} ${text.replaceAll('\0', ' ')}`)
    if (whole.length <= maxMessageBytes) return { bytes: whole, isCut: false }
    return { bytes: cutBytes(whole, Math.max(maxMessageBytes, Buffer.byteLength(head))), isCut: true }
  }
}

/** Not within a character. */
const cutBytes = (bytes: Buffer, most: number): Buffer => {
  let end = Math.min(most, bytes.length)
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

/** As a stream carries them (RFC 6587). */
export const frame = ({ bytes }: Rendered, framing: 'octet-counting' | 'newline'): Buffer => {
  if (framing === 'octet-counting') return Buffer.concat([Buffer.from(`${bytes.length} `), bytes])
  return Buffer.from(`${bytes.toString('utf8').replaceAll(/[\r\n]+/g, ' ')}\n`)
}
