/**
 * Whether `*` (any text, also none) and `?` (one character) make `text` of `pattern`. Only the latest star is ever tried
 * again, so that no pattern takes longer than its length times that of the text.
 */
export const globMatches = (pattern: string, text: string): boolean => {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

export const isGlob = (pattern: string): boolean => /[*?]/.test(pattern)
