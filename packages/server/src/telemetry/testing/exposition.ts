/**
 * A strict reader of the Prometheus text format: what it takes, every scraper takes. It throws at the first line that
 * is not as the format says, or that a scraper would refuse: a series twice, a sample of no announced family.
 */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly Sample[]
}

const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped']
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const labelPart = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/
const number = /^(?:[+-]?Inf|NaN|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

export const parseExposition = (text: string): ReadonlyMap<string, Family> => {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Family & { samples: Sample[] }>()
  const series = new Set<string>()
  let open: (Family & { samples: Sample[] }) | undefined
  let help: readonly [string, string] | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? []
    if (keyword === 'HELP') help = [name, rest]
    else if (keyword === 'TYPE') {
      if (help?.[0] !== name || help[1] === '') throw new Error(`${name} has no help`)
      if (families.has(name) || !types.includes(rest)) throw new Error(`${name} is announced twice or as ${rest}`)
      open = { name, type: rest, help: help[1], samples: [] }
      families.set(name, open)
    } else if (line !== '') {
      const sample = readSample(line)
      const labels = Object.keys(sample.labels).sort()
      const key = JSON.stringify([sample.name, labels.map((label) => [label, sample.labels[label]])])
      if (series.has(key)) throw new Error(`${key} is told twice`)
      series.add(key)
      if (open === undefined || !belongs(sample.name, open)) throw new Error(`${sample.name} was not announced`)
      open.samples.push(sample)
    }
  }
  for (const family of families.values()) check(family)
  return families
}

const readSample = (line: string): Sample => {
  const [, name = '', inner, value = ''] = sampleLine.exec(line) ?? []
  if (name === '' || !number.test(value)) throw new Error(`no sample: ${line}`)
  const labels: Record<string, string> = Object.create(null)
  let rest = inner ?? ''
  while (rest !== '') {
    const [whole = '', label = '', text = ''] = labelPart.exec(rest) ?? []
    if (whole === '' || label in labels) throw new Error(`bad labels: ${line}`)
    labels[label] = text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
    rest = rest.slice(whole.length)
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) }
}

const belongs = (name: string, { name: family, type }: Family): boolean =>
  name === family || (type === 'histogram' && ['_bucket', '_sum', '_count'].some((end) => name === family + end))

const check = ({ name, type, samples }: Family): void => {
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`counter ${name} does not end in _total`)
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} counts backwards`)
  if (type !== 'histogram') return
  const counts = samples.filter((one) => one.name === `${name}_count`)
  for (const { labels, value } of counts) {
    const same = (one: Sample): boolean => Object.entries(labels).every(([label, text]) => one.labels[label] === text)
    const buckets = samples.filter((one) => one.name === `${name}_bucket` && same(one))
    const ascending = buckets.every((one, i) => i === 0 || one.value >= (buckets[i - 1]?.value ?? 0))
    if (!ascending || buckets.at(-1)?.labels['le'] !== '+Inf' || buckets.at(-1)?.value !== value)
      throw new Error(`the buckets of ${name} do not add up`)
  }
}
