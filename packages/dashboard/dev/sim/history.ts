/** Invented numbers over time: a day's rhythm, noise, an outage every night and one of the last hour. */
const hour = 3_600_000
const day = 24 * hour

/** The same noise for the same moment, -1 to 1. */
const noise = (at: number, seed: number): number => {
  const x = Math.sin(at / 1e7 + seed * 12.9898) * 43_758.5453
  return 2 * (x - Math.floor(x)) - 1
}

interface Shape {
  readonly base: number
  readonly swing: number
  readonly noise: number
  /** Least value. */
  readonly floor?: number
}

const shapes: Readonly<Record<string, Shape>> = {
  nodes: { base: 3000, swing: 4, noise: 0 },
  active: { base: 2940, swing: 30, noise: 14 },
  atHead: { base: 2820, swing: 40, noise: 60 },
  syncing: { base: 22, swing: 8, noise: 7 },
  pending: { base: 180, swing: 120, noise: 60 },
  gasPrice: { base: 1.2e9, swing: 3e8, noise: 8e7 },
  blockTimeMs: { base: 5000, swing: 60, noise: 500 },
  transactions: { base: 90, swing: 50, noise: 30 },
  gasUsedShare: { base: 0.42, swing: 0.2, noise: 0.08 },
  uncles: { base: 0, swing: 0, noise: 0 },
  size: { base: 18_000, swing: 8000, noise: 3000 },
  latencyMs: { base: 28, swing: 6, noise: 5 },
  propagationMs: { base: 96, swing: 18, noise: 14 },
  roundTripMs: { base: 31, swing: 6, noise: 6 },
  peers: { base: 32, swing: 5, noise: 3 },
  processingMs: { base: 24, swing: 8, noise: 9 },
  behind: { base: 0.2, swing: 0.1, noise: 0.3 },
  hashrate: { base: 0, swing: 0, noise: 0 },
}

const percentiles = new Set(['latencyMs', 'propagationMs'])

/** Share of the samples of a moment that are there. */
function presenceAt(at: number, now: number): number {
  if (at >= now || at < now - 38 * day) return 0
  const night = at % day
  if (night > 3.2 * hour && night < 3.7 * hour) return 0
  const ago = now - at
  if (ago > 0.72 * hour && ago < 0.84 * hour) return 0
  return ago > 0.84 * hour && ago < 0.95 * hour ? 0.5 : 1
}

export function seriesOf(metrics: readonly string[], from: number, to: number, bucketMs: number, now: number): unknown {
  const first = Math.floor(from / bucketMs) * bucketMs
  const buckets = Array.from({ length: Math.ceil((to - first) / bucketMs) }, (_, i) => first + i * bucketMs)
  const parts = 10
  const present = buckets.map((at) => {
    let sum = 0
    for (let i = 0; i < parts; i++) sum += presenceAt(at + ((i + 0.5) / parts) * bucketMs, now)
    return sum / parts
  })
  const values = (metric: string) => {
    const shape = shapes[metric] ?? { base: 1, swing: 0, noise: 0 }
    const seed = metric.length + metric.charCodeAt(0)
    const at = (i: number, k: number): number | null => {
      if (present[i] === 0) return null
      const time = buckets[i] ?? 0
      const value = shape.base + shape.swing * Math.sin((time / day) * 2 * Math.PI) + k * shape.noise
      return Math.max(shape.floor ?? 0, value + shape.noise * 0.5 * noise(time, seed))
    }
    const list = (k: number) => buckets.map((_, i) => at(i, k))
    const times = (factor: number) => list(0).map((v) => (v === null ? null : v * factor))
    return {
      n: present.map((p) => Math.round(p * 20)),
      avg: list(0),
      min: list(-1.4),
      max: list(1.8),
      sum: list(0),
      ...(percentiles.has(metric) && { p50: times(0.8), p95: times(2.6), p99: times(4.4) }),
    }
  }
  return {
    from,
    to,
    bucketMs,
    slotMs: bucketMs,
    buckets,
    present,
    metrics: Object.fromEntries(metrics.map((metric) => [metric, values(metric)])),
  }
}
