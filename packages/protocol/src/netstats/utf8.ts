/** Bytes that a text takes in UTF-8. */
export const utf8Length = (text: string): number => {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c < 0x80) continue
    // Half of a pair counts two of its four bytes; one that stands alone is sent as three.
    if (c < 0x800) bytes++
    else if (c < 0xd800 || c > 0xdfff) bytes += 2
    else if (c < 0xdc00 && isLow(text.charCodeAt(at + 1))) {
      bytes += 2
      at++
    } else bytes += 2
  }
  return bytes
}

const isLow = (c: number): boolean => c >= 0xdc00 && c <= 0xdfff
