import type { Core } from '../shard/model.ts'
import type { Inventory, NodeBook } from './books.ts'

/** Who a node says it is, as far as the live picture knows; undefined where the core has let go of it. */
export const inventoryOf = (core: Pick<Core, 'inventory'>, node: NodeBook, at: number): Inventory | undefined => {
  const { view, name } = node.network
  const known = core.inventory(name.name, node.id, at)
  if (known === undefined) return undefined
  const { info, genesis } = known
  return {
    name: info.name,
    client: info.client ?? null,
    networkId: info.networkId ?? null,
    genesis,
    port: info.port ?? null,
    protocol: info.protocol ?? null,
    api: info.api ?? null,
    os: info.os ?? null,
    osVersion: info.osVersion ?? null,
    reporter: info.reporter ?? null,
    contact: info.contact ?? null,
    coinbase: info.coinbase ?? null,
    canUpdateHistory: info.canUpdateHistory ?? null,
    city: view.column(node.id, 'city') ?? null,
    country: view.column(node.id, 'country') ?? null,
    latitude: view.column(node.id, 'latitude') ?? null,
    longitude: view.column(node.id, 'longitude') ?? null,
  }
}

export const sameInventory = (a: Inventory, b: Inventory): boolean => {
  for (const key in a) if (a[key as keyof Inventory] !== b[key as keyof Inventory]) return false
  return true
}
