import { hasHidden, replaceHidden } from '@netstats/protocol'

/** A value from outside as one bounded line: no entry, line or header can be made up with it. */
export const plain = (value: string, most = 200): string =>
  replaceHidden(value.slice(0, most), (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`).slice(0, most)

/** Whether a name is fit to be kept as it is. */
export const isPlain = (value: string): boolean => !hasHidden(value)
