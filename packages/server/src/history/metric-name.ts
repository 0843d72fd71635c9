/** Metrics with labels go by one name: `name{a=1,b=2}`. Labels belong to what a number is. */
import type { Metric } from '@netstats/protocol'

export type NamedMetric = Pick<Metric, 'name' | 'labels'>

/** What has a meaning in a name gets a backslash before it: no two metrics have one name. */
const plain = (text: string): string => text.replaceAll(/[\\{},=]/g, '\\$&')

/** Names beginning with `host.` are what the machine says of itself; nobody's metric has one. */
export const flatName = ({ name, labels }: NamedMetric): string => {
  const own = plain(name).replace(/^host\./, 'host\\.')
  const entries = Object.entries(labels ?? {})
  if (entries.length === 0) return own
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `${own}{${entries.map(([label, text]) => `${plain(label)}=${plain(text)}`).join()}}`
}

/** The other way round: the name as it was reported, and its labels. What `flatName` never gives is a name without labels. */
export const parseFlatName = (
  flat: string,
): { readonly name: string; readonly labels: Readonly<Record<string, string>> } => {
  const parts: string[] = []
  const ends: string[] = []
  let part = ''
  for (let i = 0; i < flat.length; i++) {
    const character = flat[i] as string
    if (character === '\\' && i + 1 < flat.length) part += flat[++i]
    else if ('{},='.includes(character)) {
      ends.push(character)
      parts.push(part)
      part = ''
    } else part += character
  }
  parts.push(part)
  const [name = '', ...rest] = parts
  if (ends.length === 0) return { name, labels: {} }
  const labels = Object.create(null) as Record<string, string>
  for (let i = 0; i + 1 < rest.length; i += 2) labels[rest[i] as string] = rest[i + 1] as string
  const isWhole = ends.length % 2 === 1 && rest.at(-1) === '' && ends.every((end, i) => end === endAt(i, ends.length))
  return isWhole ? { name, labels: { ...labels } } : { name: flat, labels: {} }
}

const endAt = (place: number, length: number): string => {
  if (place === 0) return '{'
  if (place === length - 1) return '}'
  return place % 2 === 1 ? '=' : ','
}
