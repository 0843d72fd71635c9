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

/** Drawings are taller where a wide page leaves room below: a factor for their heights. */
export const tallness = signal(1)

/** Lines of the short lists beside the drawings. */
export const listLength = computed(() => (tallness.value > 1 ? 11 : 8))

export function followTallness(): void {
  const tall = window.matchMedia('(min-width: 2000px) and (min-height: 1200px)')
  const read = (): void => {
    tallness.value = tall.matches ? 1.35 : 1
  }
  read()
  tall.addEventListener('change', read)
}
