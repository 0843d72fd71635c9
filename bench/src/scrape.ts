/** Reads the metrics of a server from `/metrics`. */
export interface Scrape {
  /** Sum of all samples of a name, without its prefix, whose labels contain the text. */
  sum(name: string, labels?: string): number
  /** Values by the text of their labels, those above 0. */
  by(name: string): ReadonlyMap<string, number>
}

const prefix = 'netstats_server_'

export const readMetrics = (text: string): Scrape => {
  const samples = new Map<string, Map<string, number>>()
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined || !name.startsWith(prefix)) continue
    const short = name.slice(prefix.length)
    const known = samples.get(short) ?? new Map<string, number>()
    known.set(labels, Number(value))
    samples.set(short, known)
  }
  return {
    sum(name, labels = '') {
      let total = 0
      for (const [text, value] of samples.get(name) ?? []) if (text.includes(labels)) total += value
      return total
    },
    by: (name) => new Map([...(samples.get(name) ?? [])].filter(([, value]) => value > 0)),
  }
}

export const scrape = async (port: number): Promise<Scrape> =>
  readMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())

/** What was added between two scrapes, by labels. */
export const gained = (name: string, before: Scrape, after: Scrape): ReadonlyMap<string, number> => {
  const was = before.by(name)
  const gains = [...after.by(name)].map(([labels, value]) => [labels, value - (was.get(labels) ?? 0)] as const)
  return new Map(gains.filter(([, gain]) => gain !== 0))
}

export const totalGained = (name: string, before: Scrape, after: Scrape): number => after.sum(name) - before.sum(name)
