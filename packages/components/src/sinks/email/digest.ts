/** What a batch says, as one mail. */
import { fillTemplate, severityName } from '@netstats/sdk'
import type { Mapping, SpooledObservation } from '@netstats/sdk'
import { alarmLines } from '../shared/alarm-text.ts'
import { describeObservation } from '../shared/observation-text.ts'

export interface Digest {
  readonly subject: string
  readonly text: string
  readonly html: string
}

interface Entry {
  readonly title: string
  readonly text: string
  readonly severity: number
  readonly isOver: boolean
  /** Further lines: other alarms, what to do. */
  readonly more: readonly string[]
  readonly url: string | undefined
  readonly time: string
  readonly where: string
  readonly labels: string
}

const longestSubject = 200
/** What is beyond it is in the history; a mail is to be read. */
const longestText = 2000

const entryOf = (item: SpooledObservation, mapping: Pick<Mapping, 'labels'>): Entry => {
  const { observation } = item
  const { node, network, ...rest } = mapping.labels(item)
  const said = describeObservation(observation)
  return {
    ...said,
    text: said.text.slice(0, longestText),
    more: observation.kind === 'alarm' ? alarmLines(observation.body) : [],
    url: observation.kind === 'alarm' ? observation.body.url : undefined,
    isOver: observation.kind === 'alarm' && observation.body.step === 'cleared',
    time: `${new Date(observation.observedAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    where: [network, node].filter((one) => one !== undefined).join(' / '),
    labels: Object.entries(rest)
      .map(([label, text]) => `${label}=${text}`)
      .join(' '),
  }
}

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const plain = (text: string): string => text.replaceAll(/[&<>"']/g, (one) => escapes[one] ?? one)

const colorOf = ({ severity, isOver }: Entry): string => {
  if (isOver) return '#1b7f4d'
  return severity <= 3 ? '#b3261e' : severity === 4 ? '#8a5a00' : '#444444'
}

const textOf = ({ title, time, where, text, more, labels, url = '' }: Entry): string =>
  [oneLine(title), `${time}  ${where}`, text, ...more, labels, url].filter((one) => one !== '').join('\n')

const htmlOf = (entry: Entry): string => {
  const { title, time, where, text, more, labels, url } = entry
  return [
    `<h3 style="margin:1.2em 0 0;font-size:1em;color:${colorOf(entry)}">${plain(oneLine(title))}</h3>`,
    `<p style="margin:0;color:#666">${plain(`${time} · ${where}`)}</p>`,
    `<p style="margin:.3em 0 0;white-space:pre-wrap">${plain([text, ...more].join('\n'))}</p>`,
    labels === '' ? '' : `<p style="margin:0;color:#666">${plain(labels)}</p>`,
    url === undefined ? '' : `<p style="margin:0"><a href="${plain(url)}">Open in Netstats</a></p>`,
  ].join('')
}

/** In the order of the batch; the subject names the most severe of what is not over. */
export const digestOf = (
  items: readonly SpooledObservation[],
  mapping: Pick<Mapping, 'labels'>,
  subject: string,
): Digest => {
  const entries = items.map((item) => entryOf(item, mapping))
  const [worst] = entries.toSorted((a, b) => Number(a.isOver) - Number(b.isOver) || a.severity - b.severity)
  const more = entries.length > 1 ? ` (and ${entries.length - 1} more)` : ''
  const summary = worst === undefined ? '' : `${worst.title} · ${worst.where}: ${worst.text}`
  const places: Readonly<Record<string, string>> = {
    summary: `${oneLine(summary).slice(0, longestSubject)}${more}`,
    count: String(entries.length),
    severity: severityName(worst?.severity ?? 6),
  }
  return {
    subject: oneLine(fillTemplate(subject, (name) => places[name])).slice(0, longestSubject + 100),
    text: `${entries.map(textOf).join('\n\n')}\n`,
    html: `<!doctype html><html><body style="font-family:sans-serif;font-size:14px">${entries.map(htmlOf).join('')}</body></html>`,
  }
}
