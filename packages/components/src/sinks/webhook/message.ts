/** An observation as forms show it. */
import type { Batch, Mapping, SpooledObservation } from '@netstats/sdk'
import { fillTemplate, severityName } from '@netstats/sdk'
import type { Alarm } from '@netstats/sdk'
import { alarmLines } from '../shared/alarm-text.ts'
import { itemId } from '../shared/item-id.ts'
import { describeObservation } from '../shared/observation-text.ts'

export interface Message {
  readonly id: string
  readonly item: SpooledObservation
  readonly labels: Readonly<Record<string, string>>
  /** One line. */
  readonly title: string
  readonly text: string
  /** As in RFC 5424. */
  readonly severity: number
  /** Unix milliseconds. */
  readonly at: number
  /** Further lines, for people: other alarms, what to do. */
  readonly more: readonly string[]
  /** Where it is shown, at the moment that it is about. */
  readonly url: string | undefined
  /** Where it is a step of an alarm. */
  readonly alarm: Alarm | undefined
}

/** Titles and texts as an operator wants them; `{{title}}` and `{{text}}` are what they would be otherwise. */
export interface MessageTemplates {
  readonly title?: string | undefined
  readonly text?: string | undefined
}

export const messageOf = (
  batch: Pick<Batch, 'spool'>,
  item: SpooledObservation,
  mapping: Pick<Mapping, 'labels'>,
  templates: MessageTemplates,
): Message => {
  const { observation } = item
  const plain = describeObservation(observation)
  const labels = mapping.labels(item)
  const message: Message = {
    id: itemId(batch, item),
    item,
    labels,
    title: plain.title,
    text: plain.text,
    severity: plain.severity,
    at: observation.observedAt,
    more: observation.kind === 'alarm' ? alarmLines(observation.body) : [],
    url: observation.kind === 'alarm' ? observation.body.url : undefined,
    alarm: observation.kind === 'alarm' ? observation.body : undefined,
  }
  const { title = '{{title}}', text = '{{text}}' } = templates
  return { ...message, title: fillText(title, message), text: fillText(text, message) }
}

/** A text with what its places mean for the message. */
export const fillText = (template: string, message: Message): string =>
  fillTemplate(template, (name) => textOf(valueAt(message, name)))

/** The text with all that people want to know beside it. */
export const wholeText = ({ text, more }: Message): string => [text, ...more].join('\n')

/** `node`, `network` and other labels for people to read. */
export const labelLine = ({ labels }: Message): string =>
  Object.entries(labels)
    .map(([label, text]) => `${label}=${text}`)
    .join(' ')

/** What a name in a template means: parts of the message, labels, or fields of the observation's body; undefined for nothing. */
export const valueAt = (message: Message, name: string): unknown => {
  const { observation, network } = message.item
  const known: Readonly<Record<string, unknown>> = {
    id: message.id,
    kind: observation.kind,
    network,
    node: observation.node,
    title: message.title,
    text: message.text,
    severity: message.severity,
    severityName: severityName(message.severity),
    observedAt: message.at,
    time: new Date(message.at).toISOString(),
    labels: message.labels,
    body: observation.body,
  }
  let value: unknown = known
  for (const key of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}

/** A value within a text. */
const textOf = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string'
    ? value
    : JSON.stringify(typeof value === 'bigint' ? String(value) : value, plainNumber)
}

/** JSON has no numbers as large as some on chains: those become texts. */
export const plainNumber = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value
