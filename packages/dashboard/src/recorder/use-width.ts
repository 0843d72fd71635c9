import { useSignal, type Signal } from '@preact/signals'
import { type RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

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
