/** Requests of OTLP 1 in both encodings. Numbers of fields are those of opentelemetry-proto. */
import { double, encode, fixed64, message, text, varint } from '../shared/protobuf.ts'
import type { Write } from '../shared/protobuf.ts'
import type { Attributes, GaugeMetric, LogRecord } from './model.ts'

export interface Envelope {
  readonly resource: Attributes
  readonly version: string
}

const nanoseconds = (at: number): bigint => BigInt(Math.round(Math.max(0, at) * 1000)) * 1000n
const scopeName = 'netstats'

const anyValue = (field: number, value: string): Write =>
  // A text that is empty is a value nevertheless: its tag is written.
  message(field, (to) => void to.uint32((1 << 3) | 2).string(value))
const attributes = (field: number, pairs: Attributes): readonly Write[] =>
  pairs.map(([key, value]) => message(field, text(1, key), anyValue(2, value)))

const scoped = ({ resource, version }: Envelope, contents: readonly Write[]): Uint8Array =>
  encode(
    message(
      1,
      message(1, ...attributes(1, resource)),
      message(2, message(1, text(1, scopeName), text(2, version)), ...contents),
    ),
  )

export const metricsAsProtobuf = (metrics: readonly GaugeMetric[], envelope: Envelope): Uint8Array =>
  scoped(
    envelope,
    metrics.map(({ name, points }) =>
      message(
        2,
        text(1, name),
        message(
          5,
          ...points.map((point) =>
            message(1, fixed64(3, nanoseconds(point.at)), double(4, point.value), ...attributes(7, point.attributes)),
          ),
        ),
      ),
    ),
  )

export const logsAsProtobuf = (logs: readonly LogRecord[], envelope: Envelope): Uint8Array =>
  scoped(
    envelope,
    logs.map((log) =>
      message(
        2,
        fixed64(1, nanoseconds(log.at)),
        varint(2, log.severity),
        text(3, log.severityText),
        anyValue(5, log.body),
        ...attributes(6, log.attributes),
        fixed64(11, nanoseconds(log.at)),
      ),
    ),
  )

const jsonAttributes = (pairs: Attributes) => pairs.map(([key, value]) => ({ key, value: { stringValue: value } }))
const scope = (version: string) => ({ name: scopeName, version })

export const metricsAsJson = (metrics: readonly GaugeMetric[], { resource, version }: Envelope): string =>
  JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: jsonAttributes(resource) },
        scopeMetrics: [
          {
            scope: scope(version),
            metrics: metrics.map(({ name, points }) => ({
              name,
              gauge: {
                dataPoints: points.map((point) => ({
                  timeUnixNano: String(nanoseconds(point.at)),
                  asDouble: point.value,
                  attributes: jsonAttributes(point.attributes),
                })),
              },
            })),
          },
        ],
      },
    ],
  })

export const logsAsJson = (logs: readonly LogRecord[], { resource, version }: Envelope): string =>
  JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: jsonAttributes(resource) },
        scopeLogs: [
          {
            scope: scope(version),
            logRecords: logs.map((log) => ({
              timeUnixNano: String(nanoseconds(log.at)),
              observedTimeUnixNano: String(nanoseconds(log.at)),
              severityNumber: log.severity,
              severityText: log.severityText,
              body: { stringValue: log.body },
              attributes: jsonAttributes(log.attributes),
            })),
          },
        ],
      },
    ],
  })
