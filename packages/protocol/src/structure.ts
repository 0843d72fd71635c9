/** Texts of up to this many characters are parsed as they come: they cannot take much memory. */
const checkedFrom = 256 * 1024

export interface StructureBounds {
  readonly maxDepth: number
  readonly maxContainers: number
}

const quote = 0x22
const backslash = 0x5c

/**
 * Finds JSON that would take far more memory than its length, before it is parsed: nested too deep, or of too many objects
 * and lists.
 */
export const structureFault = (
  text: string,
  { maxDepth, maxContainers }: StructureBounds,
): 'deep' | 'many' | undefined => {
  if (text.length <= checkedFrom) return undefined
  let depth = 0
  let containers = 0
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === quote) at = stringEnd(text, at)
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth) return 'deep'
      if (++containers > maxContainers) return 'many'
    } else if (c === 0x7d || c === 0x5d) depth--
  }
  return undefined
}

/** Position of the quote that ends the string begun at `start`; the end of the text where there is none. */
const stringEnd = (text: string, start: number): number => {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return at
  }
  return text.length
}
