import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { theme } from '../state/settings.ts'

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
