/**
 * The lower of two middle values, one that was really given; null where there is none. Puts the values in another order:
 * it parts them around a guess and goes on in the half with the middle, which is three times as fast as sorting all.
 */
export const medianOf = (values: Float64Array, count: number): number | null => {
  if (count === 0) return null
  const wanted = (count - 1) >>> 1
  let low = 0
  let high = count - 1
  while (low < high) {
    const guess = middleOf(values[low] as number, values[(low + high) >>> 1] as number, values[high] as number)
    let left = low
    let right = high
    while (left <= right) {
      while ((values[left] as number) < guess) left++
      while ((values[right] as number) > guess) right--
      if (left > right) break
      const swapped = values[left] as number
      values[left++] = values[right] as number
      values[right--] = swapped
    }
    if (wanted <= right) high = right
    else if (wanted >= left) low = left
    else break
  }
  // Zero has no sign where people read it.
  return (values[wanted] as number) + 0
}

const middleOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
