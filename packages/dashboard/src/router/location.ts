import { computed, signal } from '@preact/signals'
import { parseRoute } from './routes.ts'

const read = () => ({ path: window.location.pathname, search: window.location.search })
const place = signal(read())

export const route = computed(() => parseRoute(place.value.path))
export const query = computed(() => new URLSearchParams(place.value.search))
/** Key of the network the home page shows, where there is only one. */
export const onlyNetwork = signal<string | undefined>(undefined)
/** Wall mode: no controls, everything on one screen. */
export const wall = computed(() => query.value.has('wall'))

/** Goes to another page. Wall mode is kept until it is left on purpose. */
export function navigate(href: string): void {
  const url = new URL(href, window.location.href)
  if (wall.value && !url.searchParams.has('wall')) url.searchParams.set('wall', '')
  history.replaceState({ scroll: window.scrollY }, '')
  history.pushState({ scroll: 0 }, '', url.pathname + tidy(url.search))
  place.value = read()
  window.scrollTo(0, 0)
  // What has the focus is gone with the old page; the new one is read from its beginning.
  document.getElementById('main')?.focus({ preventScroll: true })
}

/** Notes a setting of this page in its address without a new entry in the history; `null` removes it. */
export function setQuery(key: string, value: string | null): void {
  const next = new URLSearchParams(window.location.search)
  if (value === null || value === '') next.delete(key)
  else next.set(key, value)
  const search = next.size > 0 ? `?${next}` : ''
  if (search === window.location.search) return
  history.replaceState(history.state, '', window.location.pathname + tidy(search))
  place.value = read()
}

// `?wall=` reads better as `?wall`.
const tidy = (search: string): string => search.replace(/([?&]wall)=(?=&|$)/, '$1')

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
