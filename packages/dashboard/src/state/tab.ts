/** What the tab of the browser says: the page, and before it the worst alarm that needs somebody. */
import type { AlarmCounts } from '@netstats/protocol/feed'
import { effect, signal } from '@preact/signals'
import { toneOf, worstOf } from '../alarms/severity.ts'
import { below } from '../root.ts'

/** Without the name of the program. */
export const pageTitle = signal('')
/** Undefined while it is not known. */
export const openCounts = signal<AlarmCounts | undefined>(undefined)

/** Tabs are narrow: how bad it is comes first. */
export function tabTitle(title: string, counts: AlarmCounts | undefined): string {
  const worst = counts && worstOf(counts)
  const alarm = counts && worst ? `${counts[worst]} ${worst}` : ''
  return [alarm, title, 'netstats'].filter((part) => part !== '').join(' · ')
}

/** The icon that stands for the worst of the alarms. */
export function iconFile(counts: AlarmCounts | undefined): string {
  const worst = counts && worstOf(counts)
  return worst === undefined ? '/mark.svg' : `/mark-${toneOf(worst)}.svg`
}

effect(() => {
  document.title = tabTitle(pageTitle.value, openCounts.value)
})

/** The address is absolute: relative to that of each page, browsers would look for the icon somewhere else. */
export function startIcon(): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (!icon) return
  effect(() => {
    icon.href = below(iconFile(openCounts.value))
  })
}
