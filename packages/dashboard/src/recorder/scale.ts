/** Heights of bars, in shares of the channel: 0 at the foot, 1 at the top. */
export type Scale = (value: number) => number

const clamp = (n: number): number => Math.min(1, Math.max(0, n))

/** 1, 2 or 5 times a power of ten, the next at or above a value: scales end at readable numbers. */
export function niceCeiling(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  for (const step of [1, 2, 5, 10]) if (step * power >= value * (1 - 1e-9)) return step * power
  return 10 * power
}

export const linear =
  (top: number): Scale =>
  (value) =>
    clamp(value / top)

/** Root scale: small delays stay visible beside large ones. */
export const root =
  (top: number): Scale =>
  (value) =>
    Math.sqrt(clamp(value / top))

/** The value below which all but the largest few are: one outlier must not flatten the rest. */
export function robustTop(values: readonly number[], share = 0.95): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  const largest = sorted.at(-1) ?? 0
  // The largest stays inside if it is not far off.
  return largest <= at * 1.5 ? largest : at
}
