/** Which moment the page shows: `?at=` in its address, or now. */
import { computed } from '@preact/signals'
import { serverNow } from '../clock.ts'
import { navigate, onlyNetwork, query, route, setQueries } from '../router/location.ts'
import { showsMoment, writeRoute } from '../router/routes.ts'
import { readMoment, writeMoment } from './address.ts'

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

export function showLive(): void {
  setQueries({ at: null })
}
