/** Texts with places to fill in: `{{node}}: {{alarm.message}}`. No code, no conditions: what is unknown is empty. */

const place = /\{\{\s*([^{}\s]+)\s*\}\}/g

/** Puts what `valueOf` says of each name between `{{` and `}}` into the text; undefined gives nothing. */
export const fillTemplate = (text: string, valueOf: (name: string) => string | undefined): string =>
  text.replaceAll(place, (_, name: string) => valueOf(name) ?? '')

/** The names that a text asks for, each once. */
export const templateNames = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(place)].map(([, name = '']) => name)),
]
