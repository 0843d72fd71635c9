/**
 * A WebSocket text frame of a server, header and text as one latin1 string, for text that is all ASCII and not long:
 * one write instead of a header and a body. Undefined where the text needs the ordinary way.
 */
export const textFrame = (text: string): string | undefined => {
  const { length } = text
  if (length > 0xffff || !ascii.test(text)) return undefined
  return length < 126
    ? `\u0081${String.fromCharCode(length)}${text}`
    : `\u0081\u007e${String.fromCharCode(length >> 8, length & 0xff)}${text}`
}

/** A ping without a payload. */
export const pingFrame = '\u0089\u0000'

// oxlint-disable-next-line eslint/no-control-regex -- control characters are what it looks for
const ascii = /^[\u0000-\u007f]*$/
