import type { FeedFault } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { addKeys } from '../keys.ts'
import { pastAt, showLive } from '../past/moment.ts'
import { filter, setFilter } from './table-state.ts'

const settleMs = 300

/** What the filter understands; the server reads it. */
const examples = [
  ['frankfurt geth', 'words found in name, client, contact, place …'],
  ['state:inactive', 'a word of a column'],
  ['behind:>2', 'more than, also <, >=, <=, ='],
  ['peers:3..8', 'from, to'],
  ['contact:null', 'not known'],
  ['-client:besu', 'not'],
] as const

export function FilterBox({ fault }: { readonly fault: FeedFault | undefined }) {
  const field = useRef<HTMLInputElement>(null)
  const draft = useSignal(filter.peek())
  const open = useSignal(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  // A preset, a link or the back button changes the filter from outside.
  useEffect(() => {
    if (document.activeElement !== field.current || filter.value === '') draft.value = filter.value
  }, [filter.value])
  useEffect(
    () =>
      addKeys({
        '/': () => field.current?.focus(),
        Escape: () => {
          // From the past one key leads back to live; a field that is being typed in is left first.
          if (pastAt.peek() !== undefined && document.activeElement !== field.current) return showLive()
          draft.value = ''
          setFilter('')
          field.current?.blur()
        },
      }),
    [],
  )
  const type = (text: string): void => {
    draft.value = text
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setFilter(text), settleMs)
  }
  return (
    <div class="filter">
      <label class="visually-hidden" for="filter">
        Filter nodes
      </label>
      <input
        id="filter"
        ref={field}
        type="search"
        autocomplete="off"
        spellcheck={false}
        maxLength={500}
        placeholder="geth behind:>2"
        value={draft.value}
        aria-invalid={fault !== undefined}
        aria-describedby="filter-hint"
        onInput={(event) => type(event.currentTarget.value)}
        onFocus={() => {
          open.value = true
        }}
        onBlur={() => {
          open.value = false
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') setFilter(draft.value)
        }}
      />
      <kbd aria-hidden="true">/</kbd>
      <div id="filter-hint" class={open.value || fault ? 'filter-hint is-open' : 'filter-hint'}>
        {fault ? <Fault fault={fault} text={filter.value} /> : <Hints />}
      </div>
    </div>
  )
}

function Fault({ fault, text }: { readonly fault: FeedFault; readonly text: string }) {
  const at = fault.position
  return (
    <p role="alert" class="is-bad">
      {at !== undefined && (
        <code>
          {text.slice(0, at)}
          <mark>{text.slice(at) || ' '}</mark>
        </code>
      )}
      {fault.message} {fault.expected && <span class="faint">Expected: {fault.expected}.</span>}
    </p>
  )
}

const Hints = () => (
  <dl>
    {examples.map(([text, meaning]) => (
      <div key={text}>
        <dt>
          <code>{text}</code>
        </dt>
        <dd>{meaning}</dd>
      </div>
    ))}
  </dl>
)
