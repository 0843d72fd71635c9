/** Patterns of names, in which `*` stands for any text. No regular expressions: they can be made to take for ever. */

/** What each `*` of the pattern stands for in the text, as few characters as possible each; undefined where it does not match. */
export const matchPattern = (pattern: string, text: string): readonly string[] | undefined => {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return text === pattern ? [] : undefined
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return undefined
  const end = text.length - last.length
  const found: string[] = []
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const next = text.indexOf(part, at)
    if (next === -1 || next + part.length > end) return undefined
    found.push(text.slice(at, next))
    at = next + part.length
  }
  return [...found, text.slice(at, end)]
}

export const isPattern = (text: string): boolean => text.includes('*') || text.startsWith('!')

/**
 * Whether a list of patterns means this name: one of those without `!` matches, or there are none, and none of those that
 * begin with `!` does.
 */
export const matchesPatterns = (patterns: readonly string[], name: string): boolean => {
  const isMet = (pattern: string): boolean => matchPattern(pattern, name) !== undefined
  const [out, wanted] = [patterns.filter((one) => one.startsWith('!')), patterns.filter((one) => !one.startsWith('!'))]
  return (wanted.length === 0 || wanted.some(isMet)) && !out.some((one) => isMet(one.slice(1)))
}
