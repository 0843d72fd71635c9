/** Requests of remote-write 1.0 and 2.0. Numbers of fields are those of the published definitions. */
import { double, encode, message, packed, text, varint } from '../shared/protobuf.ts'
import type { Write } from '../shared/protobuf.ts'
import { seriesKey } from './naming.ts'
import type { PrometheusSample } from './naming.ts'

export type RemoteWriteVersion = '1.0' | '2.0'

export const writeHeaders: Readonly<Record<RemoteWriteVersion, Readonly<Record<string, string>>>> = {
  '1.0': { 'content-type': 'application/x-protobuf', 'x-prometheus-remote-write-version': '0.1.0' },
  '2.0': {
    'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'x-prometheus-remote-write-version': '2.0.0',
  },
}

/** The samples of one series, by time; of two at one time the later said counts. */
interface Series {
  readonly name: string
  readonly labels: readonly (readonly [string, string])[]
  readonly type: PrometheusSample['type']
  readonly samples: readonly PrometheusSample[]
}

const seriesOf = (samples: readonly PrometheusSample[]): readonly Series[] =>
  [...Map.groupBy(samples, seriesKey).values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const byTime = new Map(group.map((sample) => [sample.at, sample]))
    const labels = [['__name__', first.name] as const, ...first.labels].sort(([a], [b]) => (a < b ? -1 : 1))
    const { name, type } = first
    return [{ name, labels, type, samples: [...byTime.values()].sort((a, b) => a.at - b.at) }]
  })

const sampleOf = (field: number, { value, at }: PrometheusSample): Write =>
  message(field, double(1, value), varint(2, at))

/** The request, and how many samples it holds. */
export const writeRequest = (
  samples: readonly PrometheusSample[],
  version: RemoteWriteVersion,
): { readonly bytes: Uint8Array; readonly count: number } => {
  const series = seriesOf(samples)
  const count = series.reduce((sum, one) => sum + one.samples.length, 0)
  return { bytes: version === '1.0' ? firstVersion(series) : secondVersion(series), count }
}

const firstVersion = (series: readonly Series[]): Uint8Array =>
  encode(
    ...series.map(({ labels, samples }) =>
      message(
        1,
        ...labels.map(([name, value]) => message(1, text(1, name), text(2, value))),
        ...samples.map((sample) => sampleOf(2, sample)),
      ),
    ),
  )

/** Metadata of 2.0: gauge is 2, unspecified 0. */
const gauge = 2

const secondVersion = (series: readonly Series[]): Uint8Array => {
  // The first symbol is empty by definition.
  const symbols = new Map([['', 0]])
  const refOf = (symbol: string): number => {
    const known = symbols.get(symbol)
    if (known !== undefined) return known
    symbols.set(symbol, symbols.size)
    return symbols.size - 1
  }
  const written = series.map(({ labels, samples, type }) => {
    const refs = labels.flatMap(([name, value]) => [refOf(name), refOf(value)])
    return message(
      5,
      packed(1, refs),
      ...samples.map((sample) => sampleOf(2, sample)),
      ...(type === 'gauge' ? [message(5, varint(1, gauge))] : []),
    )
  })
  // An empty symbol is written too: its place counts.
  const table = [...symbols.keys()].map(
    (symbol): Write =>
      (to) =>
        void to.uint32((4 << 3) | 2).string(symbol),
  )
  return encode(...table, ...written)
}
