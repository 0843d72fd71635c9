const r = (n: number): string => String(Math.round(n * 10) / 10)

export const cross = (x: number, y: number, size: number): string =>
  `M${r(x - size)} ${r(y - size)}L${r(x + size)} ${r(y + size)}M${r(x + size)} ${r(y - size)}L${r(x - size)} ${r(y + size)}`

/** A piece of a round dot, clockwise from the top; nothing for a share of nothing, never quite the whole. */
export function wedge(x: number, y: number, radius: number, share: number): string {
  if (share <= 0) return ''
  const angle = Math.min(share, 0.999) * 2 * Math.PI
  const end = [x + radius * Math.sin(angle), y - radius * Math.cos(angle)] as const
  return `M${r(x)} ${r(y)}V${r(y - radius)}A${r(radius)} ${r(radius)} 0 ${share > 0.5 ? 1 : 0} 1 ${r(end[0])} ${r(end[1])}Z`
}
