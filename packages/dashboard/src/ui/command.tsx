import { useSignal } from '@preact/signals'

/** Lines to be typed elsewhere, ready to copy. */
export function Command({ text, label }: { readonly text: string; readonly label?: string }) {
  const copied = useSignal(false)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      copied.value = true
    } catch {
      // Only secure pages may copy; the text can still be selected.
      copied.value = false
    }
  }
  return (
    <div class="command">
      <pre>
        <code>{text}</code>
      </pre>
      {window.isSecureContext && (
        <button type="button" class="chip" aria-label={label && `Copy ${label}`} onClick={() => void copy()}>
          {copied.value ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  )
}
