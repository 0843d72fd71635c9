/** Edits (insert, delete, replace, swap of neighbours) between two words, given up at `limit`. */
export const editDistance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length] ?? limit + 1
}

/** The known word somebody most likely meant, if any is near enough. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > 80) return undefined
  const plain = simplify(word)
  let best: string | undefined
  let bestDistance = Math.max(1, Math.min(3, Math.floor(word.length / 3))) + 1
  for (const candidate of known) {
    const distance = editDistance(plain, simplify(candidate), bestDistance)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** `max_bytes`, `max-bytes` and `MaxBytes` all mean `maxBytes`. */
const simplify = (word: string): string => word.toLowerCase().replaceAll(/[-_. ]/g, '')

export const didYouMean = (word: string, known: readonly string[]): string => {
  const one = nearest(word, known)
  return one === undefined ? '' : `; did you mean "${one}"?`
}
