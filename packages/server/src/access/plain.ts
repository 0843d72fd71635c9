// Control and format characters, line and paragraph separators, halves of surrogates: what begins a new line, turns the
// direction of a text or hides in it.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** A value from outside as one bounded line: no entry, line or header can be made up with it. */
export const plain = (value: string, most = 200): string =>
  value
    .slice(0, most)
    .replaceAll(unsafe, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
    .slice(0, most)

/** Whether a name is fit to be kept as it is. */
export const isPlain = (value: string): boolean => value.search(unsafe) < 0
