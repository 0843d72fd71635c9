/** Slope of a curve by least squares; x in seconds, the slope an hour. */
export const slopePerHour = (points: readonly (readonly [number, number])[]): number => {
  const n = points.length
  if (n < 2) return 0
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n
  let over = 0
  let under = 0
  for (const [x, y] of points) {
    over += (x - meanX) * (y - meanY)
    under += (x - meanX) ** 2
  }
  return under === 0 ? 0 : (over / under) * 3600
}
