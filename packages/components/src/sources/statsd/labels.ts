/** Labels out of tags: bounded in number and length, in one order, whatever the sender's. */
export interface Labels {
  /** The same for the same labels. */
  readonly key: string
  readonly labels: Readonly<Record<string, string>> | undefined
}

/** As the observation kind `metric` has it. */
const maxLabels = 10
const maxNameLength = 50
const maxValueLength = 100

const none: Labels = { key: '', labels: undefined }

/** `node:a,urgent`: a tag without a value is `true`. The last of a name counts; beyond ten the rest is left out. */
export const labelsOf = (tags: string): Labels => {
  if (tags === '') return none
  const found = new Map<string, string>()
  for (const tag of tags.split(',')) {
    const colon = tag.indexOf(':')
    const name = clean(colon < 0 ? tag : tag.slice(0, colon)).slice(0, maxNameLength)
    if (name === '') continue
    if (!found.has(name) && found.size >= maxLabels) continue
    found.set(name, colon < 0 ? 'true' : clean(tag.slice(colon + 1)).slice(0, maxValueLength))
  }
  if (found.size === 0) return none
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1))
  // fromEntries defines keys and so keeps one called `__proto__` harmless.
  return { key: JSON.stringify(sorted), labels: Object.fromEntries(sorted) }
}

const clean = (text: string): string => text.trim().replaceAll(/\p{Cc}/gu, ' ')
