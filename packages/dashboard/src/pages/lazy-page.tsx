import { useSignal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'

interface Props<P> {
  readonly load: () => Promise<FunctionComponent<P>>
  /** Names the page in the words while it comes. */
  readonly what: string
  readonly props: P
}

/** A page that comes when it is first looked at: most readers never open it. */
export function LazyPage<P extends object>({ load, what, props }: Props<P>) {
  const page = useSignal<{ readonly draw: FunctionComponent<P> } | undefined>(undefined)
  const failed = useSignal(false)
  useEffect(() => {
    load().then(
      (draw) => {
        page.value = { draw }
      },
      () => {
        failed.value = true
      },
    )
  }, [])
  const Page = page.value?.draw
  if (Page) return <Page {...props} />
  const words = failed.value
    ? `The ${what} could not be loaded. Reload the page to try again.`
    : `Asking for the ${what}…`
  return <p class="quiet-note">{words}</p>
}
