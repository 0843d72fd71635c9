import { signal } from '@preact/signals'

/** Pixels of one rem: the page scales with it, and drawings measured in pixels follow. */
export const rootFontSize = signal(14)

export function followRootFontSize(): void {
  const read = (): void => {
    rootFontSize.value = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 14
  }
  read()
  window.addEventListener('resize', read)
}
