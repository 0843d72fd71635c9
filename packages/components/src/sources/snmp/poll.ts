/** One round of questions to a device, and the metrics that come of its answers. */
import type { Metric } from '@netstats/sdk'
import type { SnmpClient } from '../../snmp/client.ts'
import type { Varbind } from '../../snmp/library.ts'
import { isMissing, numberOf, textOf } from '../../snmp/values.ts'
import type { PolledObject, Rows } from './objects.ts'

/** Objects asked for in one message: what fits a datagram of the smallest devices. */
const perGet = 20

export interface Round {
  readonly metrics: readonly Metric[]
  /** Rows that were left out because a round had its most. */
  readonly dropped: number
  /** Objects that the device does not have. */
  readonly missing: readonly string[]
}

/** Asks for everything once. Throws where the device does not answer; what it does not have is left out. */
export const pollOnce = async (
  client: SnmpClient,
  objects: readonly PolledObject[],
  mostSeries: number,
): Promise<Round> => {
  const metrics: Metric[] = []
  const missing: string[] = []
  let dropped = 0
  const add = (object: PolledObject, value: number, labels?: Readonly<Record<string, string>>): void => {
    if (metrics.length >= mostSeries) dropped++
    else metrics.push({ name: `snmp.${object.name}`, value, ...(labels === undefined ? {} : { labels }) })
  }

  const single = objects.filter(({ rows }) => rows === undefined)
  for (let i = 0; i < single.length; i += perGet) {
    const asked = single.slice(i, i + perGet)
    const answers = await client.get(asked.map(({ oid }) => oid))
    for (const [at, object] of asked.entries()) {
      const answer = answers[at]
      const value = answer === undefined || isMissing(answer) ? undefined : numberOf(answer)
      if (value === undefined) missing.push(object.name)
      else add(object, scaled(value, object.scale))
    }
  }

  /** Columns of this round, so that those that several objects need are walked once. */
  const columns = new Map<string, Promise<ReadonlyMap<string, Varbind>>>()
  const walk = (oid: string): Promise<ReadonlyMap<string, Varbind>> => {
    const column = columns.get(oid) ?? walkColumn(client, oid, mostSeries)
    columns.set(oid, column)
    return column
  }
  for (const object of objects) {
    const { rows, oid, scale } = object
    if (rows === undefined) continue
    const values = await walk(oid)
    if (values.size === 0) missing.push(object.name)
    for (const [index, label, factor] of await rowsOf(rows, [...values.keys()], walk)) {
      const answer = values.get(index)
      const value = answer === undefined ? undefined : numberOf(answer)
      if (value !== undefined) add(object, scaled(value * factor, scale), { [rows.label]: label })
    }
  }
  return { metrics, dropped, missing }
}

/** Index, value of the label, factor. Two rows of one name, which devices have, are told apart by their index. */
const rowsOf = async (
  { from = [], times }: Rows,
  indices: readonly string[],
  walk: (oid: string) => Promise<ReadonlyMap<string, Varbind>>,
): Promise<readonly (readonly [string, string, number])[]> => {
  if (indices.length === 0) return []
  const names: ReadonlyMap<string, Varbind>[] = []
  for (const oid of from) {
    names.push(await walk(oid))
    if (indices.every((index) => names.some((column) => column.has(index)))) break
  }
  const factors = times === undefined ? undefined : await walk(times)
  const taken = new Set<string>()
  return indices.map((index) => {
    const named = names.map((column) => column.get(index)).find((one) => one !== undefined)
    const name = (named === undefined ? '' : textOf(named).slice(0, 80)) || index
    const label = taken.has(name) ? `${name} ${index}` : name
    taken.add(label)
    const factor = factors?.get(index)
    return [index, label.slice(0, 100), factor === undefined ? 1 : (numberOf(factor) ?? 1)]
  })
}

const walkColumn = async (client: SnmpClient, oid: string, max: number): Promise<ReadonlyMap<string, Varbind>> => {
  const found = await client.walk(oid, max)
  return new Map(found.map((one) => [one.oid.slice(oid.length + 1), one]))
}

/** Without the noise of binary fractions: 2304 times 0.1 is 230.4. */
const scaled = (value: number, scale: number | undefined): number =>
  scale === undefined ? value : Number((value * scale).toPrecision(15))
