/** Observations as lines of StatsD. */
import { fillTemplate, severityName, templateNames } from '@netstats/sdk'
import type { Kind, Mapping, Sample, SpooledObservation } from '@netstats/sdk'
import { describeObservation } from '../shared/observation-text.ts'

export interface RenderOptions {
  readonly dialect: 'plain' | 'dogstatsd'
  readonly prefix: string
}

type Labels = Readonly<Record<string, string>>

/** A timer keeps each of many durations, a gauge the last; a counter takes amounts since the one before. */
type MetricType = 'g' | 'ms' | 'c'
const types: Partial<Record<Kind, MetricType>> = { latency: 'ms', 'block-processing': 'ms', gap: 'c' }

/** A label within a name: a dot would begin another level. */
const level = (text: string): string => text.replaceAll(/[^\w-]/g, '_')
const nameText = (text: string): string =>
  text
    .replaceAll(/[^\w.-]/g, '_')
    .replaceAll(/\.{2,}/g, '.')
    .replace(/^\.|\.$/g, '')
/** What ends a tag, or a line. */
const tagText = (text: string): string => text.replaceAll(/[|,\p{Cc}]/gu, '_')

export const createRenderer = ({ dialect, prefix }: RenderOptions, mapping: Mapping) => {
  const isPlain = dialect === 'plain'
  const inPrefix = new Set(templateNames(prefix))

  const fullName = (name: string, labels: Labels): string => {
    const before = fillTemplate(prefix, (label) => (labels[label] === undefined ? undefined : level(labels[label])))
    // Without tags, labels that are nowhere else tell series apart in the name.
    const rest = Object.entries(labels)
      .filter(([label]) => isPlain && !inPrefix.has(label))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([label, text]) => `.${level(label)}.${level(text)}`)
    return nameText(before + name + rest.join(''))
  }

  const tags = (labels: Labels): string => {
    if (isPlain) return ''
    const said = Object.entries(labels).map(
      ([label, text]) => `${tagText(label.replaceAll(':', '_'))}:${tagText(text)}`,
    )
    return said.length === 0 ? '' : `|#${said.join(',')}`
  }

  const number = ({ name, value, labels }: Sample, usual: MetricType): string[] => {
    // Clocks that run backwards make durations that no timer takes.
    const type = usual === 'ms' && value < 0 ? 'g' : usual
    const full = fullName(name, labels)
    const line = (said: number): string => `${full}:${plainValue(said)}|${type}${tags(labels)}`
    // A sign means "more" or "less" than before, so that a negative gauge is first set to nothing.
    if (type === 'g' && value < 0 && isPlain) return [`${line(0)}\n${line(value)}`]
    return [line(value)]
  }

  const event = (item: SpooledObservation): string[] => {
    const { observation } = item
    const labels = mapping.labels(item)
    const { title, text, severity } = describeObservation(observation)
    const seconds = Math.floor(observation.observedAt / 1000)
    const kind = severity <= 3 ? 'error' : severity === 4 ? 'warning' : 'info'
    const state = observation.kind === 'alarm' && observation.body.step === 'cleared' ? 'success' : kind
    const said = [eventText(title, 100), eventText(text, 4000)] as const
    const sizes = said.map((one) => Buffer.byteLength(one)).join(',')
    const lines = [
      `_e{${sizes}}:${said.join('|')}|d:${seconds}|t:${state}${tags({ ...labels, kind: observation.kind })}`,
    ]
    if (observation.kind === 'alarm') {
      const { type, step } = observation.body
      const status = step === 'cleared' ? 0 : severity <= 3 ? 2 : 1
      lines.push(`_sc|${nameText(`netstats.${type}`)}|${status}|d:${seconds}${tags(labels)}|m:${eventText(text, 500)}`)
    }
    return lines
  }

  /** Without events there is a number at least: how often it happened. */
  const counted = (item: SpooledObservation): string[] => {
    const { observation } = item
    if (observation.kind !== 'alarm' && observation.kind !== 'log') return []
    const name =
      observation.kind === 'alarm'
        ? `alarms.${level(observation.body.type)}.${observation.body.step}`
        : `logs.${severityName(observation.body.severity)}`
    return [`${fullName(name, mapping.labels(item))}:1|c`]
  }

  /** Lines without an end. A negative gauge is two in one text: they must not come apart. */
  return (item: SpooledObservation): readonly string[] => {
    const { kind } = item.observation
    if (kind === 'alarm' || kind === 'log') return isPlain ? counted(item) : event(item)
    return mapping.samples(item).flatMap((sample) => number(sample, types[kind] ?? 'g'))
  }
}

/** Never in the form 1e21, which many do not read. */
const plainValue = (value: number): string => {
  const text = String(value)
  if (!text.includes('e')) return text
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/\.?0+$/, '')
}

const eventText = (text: string, most: number): string =>
  text
    .replaceAll('|', '/')
    .slice(0, most)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll(/\p{Cc}/gu, ' ')
