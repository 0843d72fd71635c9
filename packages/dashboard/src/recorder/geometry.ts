/** Scales, and path data of marks. One path holds all marks of a kind, so a channel is a handful of elements. */

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

export interface Frame {
  readonly column: number
  readonly height: number
}

const r = (n: number): string => String(Math.round(n * 100) / 100)

/** Space between bars: about a quarter of a column, at least one pixel. */
export const barWidth = ({ column }: Frame): number => Math.max(1, Math.min(column - 1, Math.round(column * 0.74)))

const left = (frame: Frame, index: number): number => index * frame.column + (frame.column - barWidth(frame)) / 2

/** Bars from the foot. A value that is known but tiny still shows as a hairline; null shows nothing. */
export function bars(frame: Frame, values: readonly (number | null | undefined)[], scale: Scale): string {
  const w = barWidth(frame)
  return values
    .map((value, i) => {
      if (value === null || value === undefined) return ''
      const h = Math.max(1, scale(value) * frame.height)
      return `M${r(left(frame, i))} ${r(frame.height - h)}h${r(w)}v${r(h)}h${r(-w)}Z`
    })
    .join('')
}

/** A hairline at each value, as wide as a bar. */
export function ticks(frame: Frame, values: readonly (number | null | undefined)[], scale: Scale): string {
  const w = barWidth(frame)
  return values
    .map((value, i) => {
      if (value === null || value === undefined) return ''
      const y = Math.max(1.2, frame.height * (1 - scale(value)))
      return `M${r(left(frame, i))} ${r(y - 1.2)}h${r(w)}v1.2h${r(-w)}Z`
    })
    .join('')
}

/** A box in a lane, for a block of a sealer. `inset` leaves space for an outline. */
export function box(frame: Frame, index: number, lane: number, laneHeight: number, inset = 0): string {
  const w = barWidth(frame) - 2 * inset
  const h = laneHeight - 3 - 2 * inset
  const [x, y] = [left(frame, index) + inset, lane * laneHeight + 1.5 + inset]
  return `M${r(x)} ${r(y)}h${r(w)}v${r(h)}h${r(-w)}Z`
}

/** A line through points; a gap where a point is missing. */
export function line(points: readonly (readonly [number, number] | undefined)[]): string {
  let pen = 'M'
  let path = ''
  for (const point of points) {
    if (!point) pen = 'M'
    else {
      path += `${pen}${r(point[0])} ${r(point[1])}`
      pen = 'L'
    }
  }
  return path
}
