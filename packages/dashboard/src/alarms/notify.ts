/**
 * Notifications of the browser: a raised alarm is told once, only while nobody looks at the page, and only where the reader
 * asked for it. What was open when the page was loaded is not news.
 */
import type { AlarmRecord, PerceivedSeverity } from '@netstats/protocol/feed'
import { stored } from '../state/settings.ts'
import { alarmHref } from './links.ts'
import { atLeast, readSeverity, subjectOf } from './severity.ts'
import { navigate } from '../router/location.ts'

/** From which severity on the reader is told; undefined for never. */
export const notifyFrom = stored<PerceivedSeverity | undefined>('notify', readSeverity, (severity) => severity ?? null)

/** Alarms that are remembered: far more than a page is sent at once. */
const rememberedAtMost = 2000

export interface Teller {
  /** Which of the open alarms are to be told now. */
  readonly take: (open: readonly AlarmRecord[], hidden: boolean, from: PerceivedSeverity | undefined) => AlarmRecord[]
}

export function createTeller(): Teller {
  const seen = new Set<string>()
  let begun = false
  return {
    take(open, hidden, from) {
      const fresh = open.filter(({ id }) => !seen.has(id))
      for (const { id } of fresh) seen.add(id)
      for (const id of seen) {
        if (seen.size <= rememberedAtMost) break
        seen.delete(id)
      }
      const first = !begun
      begun = true
      if (first || !hidden || from === undefined) return []
      return fresh.filter((alarm) => isNews(alarm) && atLeast(alarm.severity, from))
    },
  }
}

const isNews = ({ state, suppressed, parent }: AlarmRecord): boolean =>
  state === 'raised' && suppressed === null && parent === null

/** More at once are one notification: a phone that rings fifty times is turned off. */
const singlyAtMost = 3

export interface Note {
  readonly title: string
  readonly body: string
  /** The same in all tabs, so that a browser shows it once. */
  readonly tag: string
  readonly href: string
}

export function notesOf(news: readonly AlarmRecord[], listHref: string): readonly Note[] {
  const [first] = news
  if (first === undefined) return []
  if (news.length > singlyAtMost) {
    const body = news
      .slice(0, singlyAtMost)
      .map((alarm) => `${alarm.severity}: ${subjectOf(alarm)}, ${alarm.rule}`)
      .join('\n')
    return [{ title: `${news.length} new alarms`, body, tag: `many ${first.id}`, href: listHref }]
  }
  return news.map((alarm) => ({
    title: `${alarm.severity}: ${subjectOf(alarm)}`,
    body: alarm.message,
    tag: alarm.id,
    href: alarmHref(alarm),
  }))
}

/** False where the browser shows none from a page, as those of phones do. */
export function show({ title, body, tag, href }: Note): boolean {
  try {
    const notification = new Notification(title, { body, tag })
    notification.addEventListener('click', () => {
      window.focus()
      navigate(href)
      notification.close()
    })
    return true
  } catch {
    return false
  }
}

export const permitted = (): boolean => 'Notification' in window && Notification.permission === 'granted'
