/**
 * What placing a node costs: the first public address, which reads the built-in countries, and those after it.
 *
 *   node packages/server/bench/geo.ts
 */
import { openGeo } from '../src/geo/mod.ts'

const rounds = 5
const count = 100_000
const rssMiB = (): number => process.memoryUsage.rss() / 2 ** 20
const geo = await openGeo({
  enabled: true,
  places: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`site-${i}-*`, { latitude: 1, longitude: 2 }])),
  onTrouble: (reason) => {
    throw new Error(reason)
  },
})

const report = (what: string, value: number, unit: string): void =>
  console.log(`${what.padEnd(44)}${value.toFixed(1).padStart(9)} ${unit}`)

const perLookup = (what: string, addressOf: (i: number) => string, nodeOf: (i: number) => string): void => {
  const asked = Array.from({ length: count }, (_, i) => [addressOf(i), nodeOf(i)] as const)
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    for (const [address, node] of asked) geo.locate(address, node)
    best = Math.min(best, performance.now() - from)
  }
  report(what, (best / count) * 1e6, 'ns')
}

const rssBefore = rssMiB()
perLookup(
  'private address, 100 patterns',
  (i) => `10.1.${(i >> 8) & 255}.${i & 255}`,
  (i) => `node-${i}`,
)
const rssPrivate = rssMiB()
const from = performance.now()
geo.locate('8.8.8.8', 'node')
report('first public address', performance.now() - from, 'ms')
report('resident memory it takes', rssMiB() - rssPrivate, 'MiB')
perLookup(
  'public IPv4, 100 patterns',
  (i) => `${11 + ((i * 7919) % 80)}.${(i * 31) & 255}.${(i * 17) & 255}.${i & 255}`,
  (i) => `node-${i}`,
)
perLookup(
  'public IPv6, 100 patterns',
  (i) => `2a0${i % 10}:${(i & 255).toString(16)}::1`,
  (i) => `node-${i}`,
)
perLookup(
  'named by a pattern',
  () => '8.8.8.8',
  (i) => `site-${i % 100}-${i}`,
)
report('resident memory before any public address', rssBefore, 'MiB')
