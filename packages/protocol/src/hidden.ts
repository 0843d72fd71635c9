/**
 * Characters that nobody sees: with them one name looks like another, a log line breaks, or a text turns its direction.
 * One rule for all protocols, logs and lists. Variation selectors after a pictograph are how people write it.
 */
const format = '\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}'
// Letters and marks that are drawn as nothing: joiners and fillers of Hangul, Khmer and Mongolian.
const blanks = '\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\uffa0'
const selectors = '(?<!\\p{Extended_Pictographic})[\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]'
const pattern = `[${format}${blanks}]|${selectors}`

const one = new RegExp(pattern, 'u')
const all = new RegExp(pattern, 'gu')

export const hasHidden = (text: string): boolean => one.test(text)

export const replaceHidden = (text: string, by: (char: string) => string): string => text.replace(all, by)
