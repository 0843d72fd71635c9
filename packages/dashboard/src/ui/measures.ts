/** What drawings measure: the rem, the height of the page, the width of an element. */
import { computed, signal, type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

/** Pixels of one rem: the page scales with it, and drawings measured in pixels follow. */
export const rootFontSize = signal(14)

export function followRootFontSize(): void {
  const read = (): void => {
    rootFontSize.value = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 14
  }
  read()
  window.addEventListener('resize', read)
}

/** True where a wide page has space below: drawings are taller and short lists longer. */
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

/** Width of an element's content, followed as it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): Signal<number> {
  const width = useSignal(0)
  useLayoutEffect(() => {
    const watched = element.current
    if (!watched) return
    width.value = Math.floor(watched.clientWidth)
    const observer = new ResizeObserver((entries) => {
      const last = entries.at(-1)
      if (last) width.value = Math.floor(last.contentRect.width)
    })
    observer.observe(watched)
    return () => observer.disconnect()
  }, [])
  return width
}
