import { computed, signal } from '@preact/signals'

/** Pixels of one rem: the page scales with it, and drawings measured in pixels follow. */
export const rootFontSize = signal(14)

export function followRootFontSize(): void {
  const read = (): void => {
    rootFontSize.value = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 14
  }
  read()
  window.addEventListener('resize', read)
}

/** True where a wide page leaves room below: drawings are taller and short lists longer. */
export const tall = signal(false)
/** Lines of the short lists beside the drawings. */
export const listLength = computed(() => (tall.value ? 11 : 8))

export function followTallness(): void {
  const query = window.matchMedia('(min-width: 2000px) and (min-height: 1200px)')
  const read = (): void => {
    tall.value = query.matches
  }
  read()
  query.addEventListener('change', read)
}
