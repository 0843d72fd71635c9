/**
 * What DogStatsD adds besides metrics.
 *
 *     _e{5,4}:title|text|d:seconds|h:host|k:key|p:priority|s:source|t:error|#tags      an event
 *     _sc|name|0|d:seconds|h:host|#tags|m:message                                      a service check
 */
export interface StatsdEvent {
  readonly type: 'event'
  readonly title: string
  readonly text: string
  /** As in RFC 5424. */
  readonly severity: number
  readonly host: string | undefined
  readonly source: string | undefined
  readonly key: string | undefined
  /** Unix seconds. */
  readonly seconds: number | undefined
  readonly tags: string
}

export const checkStates = ['ok', 'warning', 'critical', 'unknown'] as const
export type CheckState = (typeof checkStates)[number]

export interface ServiceCheck {
  readonly type: 'check'
  readonly name: string
  readonly state: CheckState
  readonly host: string | undefined
  readonly message: string
  readonly seconds: number | undefined
  readonly tags: string
}

const severities: Readonly<Record<string, number>> = { error: 3, warning: 4, success: 5, info: 6 }
const defaultSeverity = 6

/** Undefined where it is no event. */
export const parseEvent = (line: string): StatsdEvent | undefined => {
  const head = /^_e\{(\d{1,5}),(\d{1,5})\}:/.exec(line)
  if (head === null) return undefined
  const rest = line.slice(head[0].length)
  const title = cut(rest, Number(head[1]))
  if (title === undefined || title === '' || rest[title.length] !== '|') return undefined
  const behind = rest.slice(title.length + 1)
  const text = cut(behind, Number(head[2]))
  if (text === undefined) return undefined
  const more = sectionsOf(behind.slice(text.length))
  return {
    type: 'event',
    title: plain(title),
    text: plain(text),
    severity: severities[more.of('t:') ?? ''] ?? defaultSeverity,
    host: more.of('h:'),
    source: more.of('s:'),
    key: more.of('k:'),
    seconds: secondsOf(more.of('d:')),
    tags: more.of('#') ?? '',
  }
}

/** Undefined where it is no service check. */
export const parseCheck = (line: string): ServiceCheck | undefined => {
  // The message is the last, and may hold bars.
  const behind = line.indexOf('|m:')
  const [, name = '', status = '', ...rest] = (behind < 0 ? line : line.slice(0, behind)).split('|')
  const state = /^[0-3]$/.test(status) ? checkStates[Number(status)] : undefined
  if (state === undefined || name.trim() === '' || name.length > 200) return undefined
  const more = sectionsOf(`|${rest.join('|')}`)
  return {
    type: 'check',
    name: name.trim(),
    state,
    host: more.of('h:'),
    message: behind < 0 ? '' : plain(line.slice(behind + 3).replaceAll('m\\:', 'm:')),
    seconds: secondsOf(more.of('d:')),
    tags: more.of('#') ?? '',
  }
}

/** The first characters; senders count them as bytes of UTF-8, some as characters: a bar or the end comes after them. */
const cut = (text: string, length: number): string | undefined => {
  const ends = (part: string): boolean => part.length === text.length || text[part.length] === '|'
  const byBytes = Buffer.from(text).subarray(0, length)
  if (byBytes.length === length) {
    const part = byBytes.toString()
    if (text.startsWith(part) && ends(part)) return part
  }
  const part = text.slice(0, length)
  return part.length === length && ends(part) ? part : undefined
}

const sectionsOf = (text: string): { of(prefix: string): string | undefined } => {
  const sections = text.split('|')
  return { of: (prefix) => sections.find((one) => one.startsWith(prefix))?.slice(prefix.length) }
}

const secondsOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined

/** Line feeds are written as two characters: a line must stay one. */
const plain = (text: string): string => text.replaceAll('\\n', '\n')
