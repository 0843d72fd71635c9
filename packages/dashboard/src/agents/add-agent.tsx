import { useSignal } from '@preact/signals'
import type { Do } from './administration.tsx'

/** A new agent with a token of its own. */
export function AddAgent({ act }: { readonly act: Do }) {
  const busy = useSignal(false)
  const add = async (form: HTMLFormElement): Promise<void> => {
    const fields = Object.fromEntries(
      [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value.trim() : '']),
    )
    const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
    busy.value = true
    if (await act('add', body)) form.reset()
    busy.value = false
  }
  return (
    <form
      class="agents-add"
      onSubmit={(event) => {
        event.preventDefault()
        void add(event.currentTarget)
      }}
    >
      <label>
        <span>Agent or node</span>
        <input name="id" required maxLength={200} autocapitalize="none" spellcheck={false} placeholder="validator-1" />
      </label>
      <label>
        <span>
          Network <small>id; empty: any</small>
        </span>
        <input name="network" maxLength={200} spellcheck={false} placeholder="any" size={12} />
      </label>
      <label>
        <span>Note</span>
        <input name="note" maxLength={200} placeholder="whose it is" />
      </label>
      <button type="submit" class="chip is-main" disabled={busy.value}>
        Add, with a token
      </button>
    </form>
  )
}
