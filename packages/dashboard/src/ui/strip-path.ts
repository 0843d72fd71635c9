import { root } from '../recorder/scale.ts'

const places = 40
const box = { width: 160, height: 16 }

/** Paths of a strip of 40 places in a box of 160 × 16, the newest at the right edge. */
export function stripPath(values: readonly number[], topMs: number) {
  const scale = root(topMs)
  const newest = values.slice(-places)
  const start = places - newest.length
  const step = box.width / places
  // Before its first report a node may not have been there: that is not a miss.
  const first = newest.findIndex((v) => v >= 0)
  let known = ''
  let missing = ''
  let before = ''
  let heard = 0
  for (const [i, value] of newest.entries()) {
    const x = (start + i) * step
    if (value < 0 && i < first) before += `M${x} ${box.height - 2}h3v2h-3Z`
    else if (value < 0) missing += `M${x} ${box.height - 2}h3v2h-3Z`
    else {
      heard += 1
      const h = Math.max(1.5, Math.round(scale(value) * box.height * 10) / 10)
      known += `M${x} ${box.height - h}h3v${h}h-3Z`
    }
  }
  return { known, missing, before, heard }
}
