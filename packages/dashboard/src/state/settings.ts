/** Settings a reader keeps. Storage may be forbidden, full or written by another version: then the defaults apply. */
import { effect, signal, type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type KnownSealer, readSealers } from './sealers.ts'

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
export const maxPins = 50

export const readTheme = (text: string | null): Theme => themes.find((t) => t === text) ?? 'auto'

/** A list of words as JSON; anything else is an empty list. */
export function readWords(text: string | null, limit: number): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string').slice(0, limit) : []
  } catch {
    return []
  }
}

export const nextTheme = (theme: Theme): Theme => themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto'

/** Adds or removes a word; at the limit the oldest is dropped. */
export function toggled(words: readonly string[], word: string, limit: number): readonly string[] {
  return words.includes(word) ? words.filter((w) => w !== word) : [...words, word].slice(-limit)
}

const load = (key: string): string | null => {
  try {
    return localStorage.getItem(`netstats.${key}`)
  } catch {
    return null
  }
}

/** A signal that is kept under a key. */
export function stored<T>(
  key: string,
  read: (text: string | null) => T,
  write: (value: T) => string | null,
): Signal<T> {
  const value = signal(read(load(key)))
  effect(() => {
    const text = write(value.value)
    try {
      if (text === null) localStorage.removeItem(`netstats.${key}`)
      else localStorage.setItem(`netstats.${key}`, text)
    } catch {
      // The setting is then lost with the page.
    }
  })
  return value
}

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

const sealerLists = new Map<string, Signal<readonly KnownSealer[]>>()

/** Sealers that this browser has seen of a network. */
export function sealersOf(network: string): Signal<readonly KnownSealer[]> {
  let sealers = sealerLists.get(network)
  if (!sealers) {
    sealers = stored<readonly KnownSealer[]>(`sealers.${network}`, readSealers, (list) =>
      list.length > 0 ? JSON.stringify(list) : null,
    )
    sealerLists.set(network, sealers)
  }
  return sealers
}

export function startTheme(): void {
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
  })
}

/** The theme that is drawn: the reader's choice, or the system's. For drawings that CSS does not reach. */
export function useScheme(): string {
  const dark = useSignal(window.matchMedia('(prefers-color-scheme: dark)').matches)
  useEffect(() => {
    const query = window.matchMedia('(prefers-color-scheme: dark)')
    const read = (): void => {
      dark.value = query.matches
    }
    query.addEventListener('change', read)
    return () => query.removeEventListener('change', read)
  }, [])
  return theme.value === 'auto' ? (dark.value ? 'dark' : 'light') : theme.value
}
