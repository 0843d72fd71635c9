import { effect, type Signal } from '@preact/signals'
import { maxPins, readTheme, readWords, stored, type Theme } from './storage.ts'

export const theme = stored<Theme>('theme', readTheme, (t) => (t === 'auto' ? null : t))

/** Keys of the chosen columns; empty means: as many as fit, the most useful first. */
export const chosenColumns = stored<readonly string[]>(
  'columns',
  (text) => readWords(text, 100),
  (words) => (words.length > 0 ? JSON.stringify(words) : null),
)

const pinLists = new Map<string, Signal<readonly string[]>>()

/** Pinned node ids of a network. */
export function pinsOf(network: string): Signal<readonly string[]> {
  let pins = pinLists.get(network)
  if (!pins) {
    pins = stored<readonly string[]>(
      `pins.${network}`,
      (text) => readWords(text, maxPins),
      (words) => (words.length > 0 ? JSON.stringify(words) : null),
    )
    pinLists.set(network, pins)
  }
  return pins
}

export function startTheme(): void {
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
  })
}
