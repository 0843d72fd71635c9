/** Names and clients of made-up nodes, the same in every process and every run. */

export const networkId = '20261'
export const usualClient = 'Geth/v1.16.3-stable-d1f9bd1c/linux-amd64/go1.24.6'

const otherClients = [
  'Geth/v1.13.15-stable-c5ba367e/linux-amd64/go1.21.6',
  'besu/v25.4.1/linux-x86_64/openjdk-java-21',
  'Nethermind/v1.31.9+2a4bd8a3/linux-x64/dotnet9.0.4',
] as const

export const nodeNameOf = (index: number): string => `agent-${String(index).padStart(5, '0')}`

/** An even spread of whole numbers. */
export const noise = (index: number, seed: number): number => Math.imul(index + 1, 2654435761 ^ seed) >>> 0

/** One node in seven runs another client. */
export const clientOf = (index: number): string =>
  noise(index, 1) % 7 === 0 ? (otherClients[index % otherClients.length] ?? usualClient) : usualClient

/** One node in 150 is not done with syncing. */
export const isSyncing = (index: number): boolean => noise(index, 2) / 2 ** 32 < 1 / 150

const towns = [
  ['Frankfurt', 'DE', 50.1, 8.7],
  ['Helsinki', 'FI', 60.2, 24.9],
  ['London', 'GB', 51.5, -0.1],
  ['Ashburn', 'US', 39.0, -77.5],
  ['Portland', 'US', 45.5, -122.7],
  ['Toronto', 'CA', 43.7, -79.4],
  ['São Paulo', 'BR', -23.6, -46.6],
  ['Johannesburg', 'ZA', -26.2, 28.0],
  ['Mumbai', 'IN', 19.1, 72.9],
  ['Singapore', 'SG', 1.4, 103.8],
  ['Tokyo', 'JP', 35.7, 139.7],
  ['Sydney', 'AU', -33.9, 151.2],
] as const
/** By the last two digits of its name. */
export const townOf = (index: number) => {
  const [city, country, latitude, longitude] = towns[(index % 100) % towns.length] ?? towns[0]
  return { city, country, latitude, longitude }
}
