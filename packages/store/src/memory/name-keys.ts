import { invalidQuery } from '../checks.ts'
import type { NameKeys, Names } from '../store.ts'
import type { Data, Row } from './data.ts'

const nextKey = (rows: readonly { readonly key: number }[]): number =>
  rows.reduce((most, { key }) => Math.max(most, key), 0) + 1

/** Adds the names that are new; all are checked before. */
export const nameKeys = (data: Data, names: Names): NameKeys => {
  const networks = data.network as Row<'network'>[]
  const nodes = data.node as Row<'node'>[]
  const metrics = data.metricName as Row<'metricName'>[]
  const isKnown = (network: string): boolean => [...networks, ...names.networks].some(({ name }) => name === network)
  const lost = names.nodes.find(({ network }) => !isKnown(network))
  if (lost !== undefined) throw invalidQuery(`There is no network ${lost.network}.`)
  const networkKey = (name: string, row?: Names['networks'][number]): number => {
    const known = networks.find((one) => one.name === name)
    if (known !== undefined || row === undefined) return known?.key ?? 0
    const key = nextKey(networks)
    networks.push({ ...row, key })
    return key
  }
  return {
    networks: names.networks.map((row) => networkKey(row.name, row)),
    nodes: names.nodes.map(({ network, id, firstSeenAt }) => {
      const of = networkKey(network)
      const known = nodes.find((one) => one.network === of && one.id === id)
      const key = known?.key ?? nextKey(nodes)
      if (known === undefined) nodes.push({ key, network: of, id, firstSeenAt })
      return key
    }),
    metrics: names.metrics.map((name) => {
      const known = metrics.find((one) => one.name === name)
      const key = known?.key ?? nextKey(metrics)
      if (known === undefined) metrics.push({ key, name })
      return key
    }),
  }
}
