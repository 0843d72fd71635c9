/** `key=value` pairs as Go and Rust programs write them, bare or in quotes. */
import { maxLogFields } from '@netstats/protocol'

export const fieldNameLength = 100
export const fieldValueLength = 1024

const name = String.raw`[A-Za-z_][A-Za-z0-9_.\/-]{0,99}`
const pair = new RegExp(String.raw`(${name})=("(?:[^"\\]|\\.)*"|[^\s"]\S*|)(?=\s|$)`, 'y')
const start = new RegExp(String.raw`(?:^|\s)(${name})=`)

const plainOf = (value: string): string => {
  if (!value.startsWith('"')) return value
  try {
    return String(JSON.parse(value))
  } catch {
    return value.slice(1, -1)
  }
}

/** A text and the pairs behind it. Pairs that do not reach to the end of the line are part of the text. */
export const splitFields = (line: string): { readonly text: string; readonly fields: Record<string, string> } => {
  let searched = 0
  for (let tries = 0; tries < 8; tries++) {
    const found = start.exec(line.slice(searched))
    if (found === null) break
    const at = searched + found.index + (found[0].startsWith(found[1] ?? '') ? 0 : 1)
    const fields = pairsOf(line, at)
    if (fields !== undefined) return { text: line.slice(0, at).trimEnd(), fields }
    searched = at + 1
  }
  return { text: line.trimEnd(), fields: {} }
}

/** The pairs from a place to the end of the line; undefined where something else stands between them. */
export const pairsOf = (line: string, from: number): Record<string, string> | undefined => {
  const fields: [string, string][] = []
  for (let at = from; at < line.length; ) {
    pair.lastIndex = at
    const found = pair.exec(line)
    if (found === null) return undefined
    const [whole, key = '', value = ''] = found
    if (fields.length < maxLogFields) fields.push([key, plainOf(value).slice(0, fieldValueLength)])
    at += whole.length
    while (line[at] === ' ' || line[at] === '\t') at++
  }
  return Object.fromEntries(fields)
}

/** Values of a JSON object as fields: texts as they are, others as JSON. */
export const fieldsOf = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([key, value]) => value !== undefined && value !== null && key.length <= fieldNameLength)
      .slice(0, maxLogFields)
      .map(([key, value]) => [
        key,
        (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, fieldValueLength),
      ]),
  )
