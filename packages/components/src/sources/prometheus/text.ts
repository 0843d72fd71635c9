/** Reads what an exporter shows: the text format 0.0.4, and OpenMetrics 1.0. Lines that are neither are counted and left out. */

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Milliseconds; absent where the exporter names no time. */
  readonly at?: number
}

export interface Exposition {
  readonly series: readonly Series[]
  /** Lines that could not be read. */
  readonly malformed: number
  /** OpenMetrics ends with `# EOF`: without it the page was cut. */
  readonly isWhole: boolean
}

const name = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y
const number = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|0x[0-9a-fA-F]+)$/

const valueOf = (text: string): number | undefined => {
  if (number.test(text)) return Number(text)
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return /^nan$/i.test(text) ? Number.NaN : undefined
}

const take = (pattern: RegExp, line: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(line)?.[0]
}

const skipBlanks = (line: string, from: number): number => {
  let at = from
  while (line[at] === ' ' || line[at] === '\t') at++
  return at
}

const escapes: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' }

/** A text in quotes that begins at a place, and the place behind it. */
const quoted = (line: string, from: number): readonly [string, number] | undefined => {
  let text = ''
  let at = from + 1
  for (;;) {
    const next = /["\\]/g
    next.lastIndex = at
    const found = next.exec(line)
    if (found === null) return undefined
    text += line.slice(at, found.index)
    if (found[0] === '"') return [text, found.index + 1]
    const escaped = line[found.index + 1] ?? ''
    text += escapes[escaped] ?? `\\${escaped}`
    at = found.index + 2
  }
}

interface Head {
  readonly name: string
  readonly labels: Record<string, string>
  readonly end: number
}

/** What is in braces. A text in quotes without a value is the name, of characters that a bare name may not have. */
const braces = (line: string, from: number, bare: string | undefined): Head | undefined => {
  const labels: [string, string][] = []
  let called = bare
  let at = skipBlanks(line, from + 1)
  while (line[at] !== '}') {
    const isQuoted = line[at] === '"'
    const word = isQuoted ? quoted(line, at) : take(labelName, line, at)
    if (word === undefined) return undefined
    const [key, behind] = typeof word === 'string' ? [word, at + word.length] : word
    at = skipBlanks(line, behind)
    if (line[at] === '=') {
      const value = quoted(line, skipBlanks(line, at + 1))
      if (line[skipBlanks(line, at + 1)] !== '"' || value === undefined) return undefined
      labels.push([key, value[0]])
      at = skipBlanks(line, value[1])
    } else if (isQuoted && called === undefined) called = key
    else return undefined
    if (line[at] === ',') at = skipBlanks(line, at + 1)
    else if (line[at] !== '}') return undefined
  }
  return called === undefined || called === ''
    ? undefined
    : { name: called, labels: Object.fromEntries(labels), end: at + 1 }
}

const headOf = (line: string): Head | undefined => {
  if (line[0] === '{') return braces(line, 0, undefined)
  const bare = take(name, line, 0)
  if (bare === undefined) return undefined
  const at = skipBlanks(line, bare.length)
  return line[at] === '{' ? braces(line, at, bare) : { name: bare, labels: {}, end: bare.length }
}

/** A line with a value; undefined for what is none. `unitMs`: what a second number, the time, counts in. */
export const readSeries = (line: string, unitMs: number): Series | undefined => {
  const head = headOf(line)
  if (head === undefined || !/^[ \t]/.test(line.slice(head.end))) return undefined
  // What follows a `#` is an exemplar.
  const [said = ''] = line.slice(head.end).split(' # ', 1)
  const [text = '', time, ...more] = said.trim().split(/[ \t]+/)
  const value = valueOf(text)
  if (value === undefined || more.length > 0) return undefined
  if (time === undefined) return { name: head.name, labels: head.labels, value }
  const at = valueOf(time)
  if (at === undefined || !Number.isFinite(at)) return undefined
  return { name: head.name, labels: head.labels, value, at: Math.floor(at * unitMs) }
}

export const readExposition = (text: string, isOpenMetrics: boolean): Exposition => {
  const series: Series[] = []
  let malformed = 0
  let isWhole = !isOpenMetrics
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line === '# EOF') isWhole = true
    if (line === '' || line.startsWith('#')) continue
    const read = readSeries(line, isOpenMetrics ? 1000 : 1)
    if (read === undefined) malformed++
    else series.push(read)
  }
  return { series, malformed, isWhole }
}
