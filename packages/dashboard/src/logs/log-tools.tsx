/** What is shown of the logs: words, severity, node, source and part of a program. */
import type { LogFilter, LogLine } from '@netstats/protocol/feed'
import { useEffect, useId, useRef } from 'preact/hooks'
import { useTopic } from '../feed/topics.ts'
import { setQueries, setQuery } from '../router/location.ts'
import { isFiltered, severityChoices } from './filter.ts'

/** How long typing rests before the search begins. */
const settleMs = 300
/** Nodes that are offered; others can be typed. */
const offered = 50

interface ToolsProps {
  readonly network: string
  readonly filter: LogFilter
  /** Sources and parts of programs that are offered are those of the lines that are shown. */
  readonly lines: readonly LogLine[]
}

export function LogTools({ network, filter, lines }: ToolsProps) {
  const window = { sort: 'name', descending: false, filter: '', offset: 0, limit: offered, pinned: [] } as const
  const nodes = useTopic({ topic: 'nodes', network, window }).value.data
  const distinct = (of: (line: LogLine) => string | null): readonly string[] =>
    [...new Set(lines.map((line) => of(line) ?? ''))].filter((one) => one !== '').toSorted((a, b) => (a < b ? -1 : 1))
  return (
    <div class="logs-tools" role="group" aria-label="Which lines">
      <Field name="text" label="Found in the lines" placeholder="found in the lines" value={filter.text} wide />
      <label>
        <span class="visually-hidden">Severity</span>
        <select
          value={filter.severity === undefined ? '' : String(filter.severity)}
          onChange={(event) => setQuery('severity', event.currentTarget.value)}
        >
          {severityChoices.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Field name="node" label="Node" placeholder="node" value={filter.node} offers={nodes?.order ?? []} />
      <Field
        name="source"
        label="Source"
        placeholder="source"
        value={filter.source}
        offers={distinct((l) => l.source)}
      />
      <Field
        name="component"
        label="Component"
        placeholder="component"
        value={filter.component}
        offers={distinct((l) => l.component)}
      />
      {isFiltered(filter) && (
        <button
          type="button"
          class="chip"
          onClick={() => setQueries({ text: null, severity: null, node: null, source: null, component: null })}
        >
          Show all
        </button>
      )}
    </div>
  )
}

interface FieldProps {
  /** Of the setting in the address. */
  readonly name: string
  readonly label: string
  readonly placeholder: string
  readonly value: string | undefined
  readonly offers?: readonly string[]
  readonly wide?: boolean
}

/** A field whose value goes into the address when typing rests. */
function Field({ name, label, placeholder, value = '', offers, wide = false }: FieldProps) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const field = useRef<HTMLInputElement>(null)
  const list = useId()
  useEffect(() => {
    // What a link or a button has set; what is being typed stays.
    if (field.current && document.activeElement !== field.current) field.current.value = value
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <label class={wide ? 'logs-field is-wide' : 'logs-field'}>
      <span class="visually-hidden">{label}</span>
      <input
        ref={field}
        type="search"
        placeholder={placeholder}
        maxLength={200}
        spellcheck={false}
        autocomplete="off"
        defaultValue={value}
        list={offers === undefined ? undefined : list}
        onInput={({ currentTarget }) => {
          clearTimeout(timer.current)
          timer.current = setTimeout(() => setQuery(name, currentTarget.value.trim()), settleMs)
        }}
      />
      {offers !== undefined && (
        <datalist id={list}>
          {offers.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </label>
  )
}
