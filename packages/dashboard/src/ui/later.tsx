/** A page, or a part of one, that is loaded when it is first opened: most readers never do. */
import { useSignal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'

interface LaterProps<P> {
  readonly load: () => Promise<FunctionComponent<P>>
  /** Names it while it is loaded; without it, nothing stands there until then. */
  readonly what?: string
  readonly props: P
}

export function Later<P extends object>({ load, what, props }: LaterProps<P>) {
  const part = useSignal<{ readonly draw: FunctionComponent<P> } | undefined>(undefined)
  const failed = useSignal(false)
  useEffect(() => {
    load().then(
      (draw) => {
        part.value = { draw }
      },
      () => {
        failed.value = true
      },
    )
  }, [])
  const Part = part.value?.draw
  if (Part) return <Part {...props} />
  if (what === undefined) return null
  const words = failed.value ? `The ${what} could not be loaded. Reload the page to try again.` : `Loading the ${what}…`
  return <p class="quiet-note">{words}</p>
}
