// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { openAlarms } from '../testing/alarms.ts'
import { iconFile, openCounts, pageTitle, startIcon, tabTitle } from './tab.ts'

const { counts: none } = openAlarms()
const { counts: some } = openAlarms({ counts: { critical: 2, minor: 1 } })
const { counts: cared } = openAlarms({ counts: { acknowledged: 2 } })

it('puts the worst alarms before the page, because tabs are narrow', () => {
  expect(tabTitle('457 · 4242', some)).toBe('2 critical · 457 · 4242 · netstats')
  expect(tabTitle('457 · 4242', cared)).toBe('457 · 4242 · netstats')
  expect(tabTitle('', undefined)).toBe('netstats')
})

it('has an icon for broken, for a look, and for well', () => {
  expect([undefined, none, cared, some].map(iconFile)).toEqual(['/mark.svg', '/mark.svg', '/mark.svg', '/mark-bad.svg'])
  expect(iconFile(openAlarms({ counts: { warning: 1 } }).counts)).toBe('/mark-warn.svg')
})

it('changes title and icon of the tab with the alarms', () => {
  const icon = document.createElement('link')
  icon.rel = 'icon'
  document.head.append(icon)
  startIcon()
  pageTitle.value = 'Map'
  openCounts.value = some
  expect([document.title, icon.getAttribute('href')]).toEqual(['2 critical · Map · netstats', '/mark-bad.svg'])
  openCounts.value = undefined
  expect([document.title, icon.getAttribute('href')]).toEqual(['Map · netstats', '/mark.svg'])
  icon.remove()
})
