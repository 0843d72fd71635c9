/** Settings a reader keeps. Storage may be forbidden, full or written by another version: then the defaults apply. */
import { effect, signal, type Signal } from '@preact/signals'

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

/** Adds or takes away a word; at the limit the oldest makes room. */
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
      // The setting then lasts as long as the page.
    }
  })
  return value
}
