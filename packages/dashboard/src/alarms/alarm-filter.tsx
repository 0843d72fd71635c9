/** Which alarms of a list are shown; all of it is in the address. */
import { perceivedSeverities } from '@netstats/protocol/feed'
import { useEffect, useRef } from 'preact/hooks'
import { useTopic } from '../feed/topics.ts'
import { setQueries, setQuery } from '../router/location.ts'
import type { AlarmFilter } from './filter.ts'

/** How long typing rests before the search begins. */
const settleMs = 300

interface Props {
  readonly filter: AlarmFilter
  /** The page is about all networks, and one can be chosen. */
  readonly withNetwork: boolean
}

export function AlarmFilterTools({ filter, withNetwork }: Props) {
  const networks = useTopic({ topic: 'networks' }).value.data?.networks ?? []
  const isFiltered = Object.keys(filter).some((key) => withNetwork || key !== 'network')
  return (
    <div class="alarm-filter" role="group" aria-label="Which alarms">
      {withNetwork && networks.length > 1 && (
        <label>
          <span class="visually-hidden">Network</span>
          <select
            data-networks
            value={filter.network ?? ''}
            onChange={(event) => setQuery('network', event.currentTarget.value)}
          >
            <option value="">all networks</option>
            {networks.map(({ key }) => (
              <option key={key} value={key}>
                network {key}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        <span class="visually-hidden">Severity</span>
        <select value={filter.severity ?? ''} onChange={(event) => setQuery('severity', event.currentTarget.value)}>
          <option value="">all severities</option>
          {perceivedSeverities.map((severity) => (
            <option key={severity} value={severity}>
              {severity}
            </option>
          ))}
        </select>
      </label>
      <Field name="node" label="Node" value={filter.node} />
      <Field name="rule" label="Rule" value={filter.rule} />
      {isFiltered && (
        <button
          type="button"
          class="chip"
          onClick={() => setQueries({ network: null, severity: null, node: null, rule: null })}
        >
          Show all
        </button>
      )}
    </div>
  )
}

interface FieldProps {
  /** Of the setting in the address. */
  readonly name: 'node' | 'rule'
  readonly label: string
  readonly value: string | undefined
}

/** A field whose value goes into the address when typing rests. */
function Field({ name, label, value = '' }: FieldProps) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // What a link or a button has set; what is being typed stays.
    if (field.current && document.activeElement !== field.current) field.current.value = value
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <label>
      <span class="visually-hidden">{label}</span>
      <input
        ref={field}
        type="search"
        placeholder={name}
        maxLength={200}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="none"
        defaultValue={value}
        onInput={({ currentTarget }) => {
          clearTimeout(timer.current)
          timer.current = setTimeout(() => setQuery(name, currentTarget.value.trim()), settleMs)
        }}
      />
    </label>
  )
}
