/** Path data of the recorder's marks. One path holds all marks of a kind, so a channel is a handful of elements. */
import type { Scale } from './scale.ts'

export interface Frame {
  readonly column: number
  readonly height: number
}

const r = (n: number): string => String(Math.round(n * 100) / 100)

/** Room between bars: about a quarter of a column, at least one pixel. */
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

/** A box in a lane, for a block of a sealer. `inset` leaves room for an outline. */
export function box(frame: Frame, index: number, lane: number, laneHeight: number, inset = 0): string {
  const w = barWidth(frame) - 2 * inset
  const h = laneHeight - 3 - 2 * inset
  const [x, y] = [left(frame, index) + inset, lane * laneHeight + 1.5 + inset]
  return `M${r(x)} ${r(y)}h${r(w)}v${r(h)}h${r(-w)}Z`
}

/** A line through points; holes where a point is missing. */
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
