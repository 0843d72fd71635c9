/** Which moment the page shows: `?at=` in its address, or now. */
import { computed } from '@preact/signals'
import { serverNow } from '../clock.ts'
import { navigate, onlyNetwork, query, route, setQueries } from '../router/location.ts'
import { showsMoment, writeRoute } from '../router/routes.ts'

/** RFC 3339 with a zone; undefined for anything else. Unix milliseconds. */
export function readMoment(text: string | null): number | undefined {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

export const writeMoment = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')

/** The past moment the page is to show; undefined while it is live. */
export const pastAt = computed(() => (showsMoment(route.value) ? readMoment(query.value.get('at')) : undefined))

/** Shows a moment; one that has not come yet is the live picture. The way back leads to the live page, not through every step. */
export function showMoment(at: number): void {
  if (at >= serverNow()) return showLive()
  const moment = Math.max(0, Math.round(at))
  const network = route.peek().page === 'home' ? onlyNetwork.peek() : undefined
  if (network === undefined) return setQueries({ at: writeMoment(moment) }, pastAt.peek() === undefined)
  // The home page follows the list of networks, which has no past; the page of its only network looks the same.
  const settings = new URLSearchParams(query.peek())
  settings.set('at', writeMoment(moment))
  navigate(`${writeRoute({ page: 'network', network })}?${settings}`)
}

export const momentHref = (network: string, at: number, node?: string): string =>
  `${writeRoute(node === undefined ? { page: 'network', network } : { page: 'node', network, node })}?at=${writeMoment(at)}`

export function showLive(): void {
  setQueries({ at: null })
}
