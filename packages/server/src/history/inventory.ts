import type { CoreNode } from '../shard/mod.ts'
import type { Inventory } from './node-index.ts'

/** Who a node says it is, as the core knows it. */
export const inventoryOf = ({ info, genesis, city, country, latitude, longitude }: CoreNode): Inventory => ({
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
  city,
  country,
  latitude,
  longitude,
})

export const sameInventory = (a: Inventory, b: Inventory): boolean => {
  for (const key in a) if (a[key as keyof Inventory] !== b[key as keyof Inventory]) return false
  return true
}
