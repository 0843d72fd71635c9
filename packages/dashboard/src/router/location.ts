import { computed, signal } from '@preact/signals'
import { parseRoute, showsMoment } from './routes.ts'

const read = () => ({ path: window.location.pathname, search: window.location.search })
const place = signal(read())

export const route = computed(() => parseRoute(place.value.path))
export const query = computed(() => new URLSearchParams(place.value.search))
/** Key of the network the home page shows, where there is only one. */
export const onlyNetwork = signal<string | undefined>(undefined)
/** Wall mode: no controls, everything on one screen. */
export const wall = computed(() => query.value.has('wall'))

/** Goes to another page. Wall mode is kept until it is left on purpose, a past moment on all pages that show one. */
export function navigate(href: string): void {
  const url = new URL(href, window.location.href)
  if (wall.value && !url.searchParams.has('wall')) url.searchParams.set('wall', '')
  const at = query.value.get('at')
  if (at !== null && showsMoment(route.value) && showsMoment(parseRoute(url.pathname)) && !url.searchParams.has('at'))
    url.searchParams.set('at', at)
  history.replaceState({ scroll: window.scrollY }, '')
  history.pushState({ scroll: 0 }, '', url.pathname + tidy(url.search))
  place.value = read()
  window.scrollTo(0, 0)
  // The focus went with the old page; the new one is read from its beginning.
  document.getElementById('main')?.focus({ preventScroll: true })
}

/** Writes a setting of this page into its address without a new entry in the history; `null` removes it. */
export function setQuery(key: string, value: string | null): void {
  setQueries({ [key]: value })
}

/** Several settings at once, a list being given as often as it has entries; with `push` the way back leads to how the page was. */
export function setQueries(settings: Readonly<Record<string, string | null | readonly string[]>>, push = false): void {
  const next = new URLSearchParams(window.location.search)
  for (const [key, value] of Object.entries(settings)) {
    if (typeof value === 'string' && value !== '') next.set(key, value)
    else next.delete(key)
    if (typeof value === 'object') for (const one of value ?? []) next.append(key, one)
  }
  const search = next.size > 0 ? `?${next}` : ''
  if (tidy(search) === window.location.search) return
  const href = window.location.pathname + tidy(search)
  if (push) history.pushState({ scroll: window.scrollY, depth: depth() + 1 }, '', href)
  else history.replaceState(history.state, '', href)
  place.value = read()
}

/** How many settings of this page were pushed: that many steps back stay on this page. */
export const depth = (): number => (history.state as { depth?: number } | null)?.depth ?? 0

// `?wall=` reads better as `?wall`, and colons need no escape.
const tidy = (search: string): string => search.replace(/([?&]wall)=(?=&|$)/, '$1').replaceAll('%3A', ':')

/** Links inside the application are followed without a load; modified clicks and outside links stay the browser's. */
export function startRouter(): void {
  history.scrollRestoration = 'manual'
  window.addEventListener('popstate', (event) => {
    place.value = read()
    const scroll = (event.state as { scroll?: number } | null)?.scroll ?? 0
    requestAnimationFrame(() => window.scrollTo(0, scroll))
  })
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = (event.target as Element | null)?.closest('a')
    if (!link || link.target || link.origin !== window.location.origin || link.hasAttribute('download')) return
    if (link.hash && link.pathname === window.location.pathname) return
    // Only pages of ours: /metrics, /api/v1 and the like are the server's.
    if (parseRoute(link.pathname).page === 'not-found') return
    event.preventDefault()
    navigate(link.href)
  })
}
