/** How a block spread: the share of the network that had it, over time. */
export interface Step {
  readonly ms: number
  readonly share: number
}

/** `seenBy` is fastest first. The share is of the active nodes, or of those that reported where that is more. */
export function spreadOf(seenBy: readonly (readonly [string, number])[], active: number): readonly Step[] {
  const all = Math.max(active, seenBy.length)
  return seenBy.map(([, ms], i) => ({ ms, share: (i + 1) / all }))
}

/** Corner points of the curve as pixels, at most one a pixel column. */
export function curvePath(steps: readonly Step[], endMs: number, width: number, height: number): string {
  if (steps.length === 0) return ''
  let path = `M0 ${height}`
  let lastX = -1
  let y = height
  for (const { ms, share } of steps) {
    const x = Math.min(width, Math.round((ms / endMs) * width * 2) / 2)
    const next = Math.round((1 - share) * height * 10) / 10
    if (x > lastX) path += `H${x}`
    if (next !== y) path += `V${next}`
    lastX = x
    y = next
  }
  return `${path}H${width}`
}
