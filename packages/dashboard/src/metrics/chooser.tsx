/** Lists of metrics and nodes to choose from. */
import { writeSegment } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useTopic } from '../feed/topics.ts'
import { plural } from '../format/numbers.ts'
import { usePoll } from '../rest/follow.ts'
import { type Choice, mostMetrics, mostNodes, toggled } from './choice.ts'
import { formatOf } from './lines.ts'

interface KnownMetric {
  readonly metric: string
  readonly labels: readonly string[]
  readonly unit: string | null
  readonly nodes: number
}
interface KnownValue {
  readonly node: string
  readonly series: string
  readonly value: number | null
}

interface Props {
  readonly network: string
  readonly choice: Choice
  readonly onChoice: (choice: Choice) => void
}

const namesMs = 30_000
const valuesMs = 10_000
/** Nodes that are listed; the search finds the others. */
const listed = 100

export function Chooser({ network, choice, onChoice }: Props) {
  return (
    <div class="metrics-chooser">
      <MetricList network={network} choice={choice} onChoice={onChoice} />
      <NodeList network={network} choice={choice} onChoice={onChoice} />
    </div>
  )
}

function MetricList({ network, choice, onChoice }: Props) {
  const known = useSignal<readonly KnownMetric[] | undefined>(undefined)
  const wanted = useSignal('')
  usePoll(`/networks/${writeSegment(network)}/metrics`, namesMs, (data) => {
    known.value = (data as { readonly metrics: readonly KnownMetric[] }).metrics
  })
  const words = wanted.value.toLowerCase().split(/\s+/)
  const all = known.value ?? []
  // What was chosen stays in the list, also where nothing has it any more.
  const others = choice.metrics.filter((one) => !all.some(({ metric }) => metric === one))
  const shown = [
    ...others.map((metric): KnownMetric => ({ metric, labels: [], unit: null, nodes: 0 })),
    ...all.filter(({ metric }) => words.every((word) => metric.toLowerCase().includes(word))),
  ]
  return (
    <Choosing
      title="Metrics"
      chosen={choice.metrics.length}
      most={mostMetrics}
      onSearch={(text) => (wanted.value = text)}
      onNone={() => onChoice({ ...choice, metrics: [] })}
    >
      {shown.map(({ metric, labels, nodes }) => (
        <Option
          key={metric}
          chosen={choice.metrics.includes(metric)}
          onToggle={() => onChoice({ ...choice, metrics: toggled(choice.metrics, metric, mostMetrics) })}
          name={metric}
          note={[
            ...(labels.length > 0 ? [`by ${labels.join(', ')}`] : []),
            nodes > 0 ? plural(nodes, 'node', 'nodes') : '',
          ].join(' ')}
        />
      ))}
      {known.value !== undefined && shown.length === 0 && <li class="faint">No metric has that in its name.</li>}
    </Choosing>
  )
}

function NodeList({ network, choice, onChoice }: Props) {
  const wanted = useSignal('')
  const filter = wanted.value.trim() === '' ? '' : `"${wanted.value.trim().replaceAll(/["\\]/g, '')}"`
  const window = { sort: 'name', descending: false, filter, offset: 0, limit: listed, pinned: choice.nodes } as const
  const { data } = useTopic({ topic: 'nodes', network, window }).value
  const values = useValues(network, choice.metrics[0])
  const order = data?.order ?? choice.nodes
  return (
    <Choosing
      title="Nodes"
      chosen={choice.nodes.length}
      most={mostNodes}
      onSearch={(text) => (wanted.value = text)}
      onNone={() => onChoice({ ...choice, nodes: [] })}
    >
      {order.map((node) => (
        <Option
          key={node}
          chosen={choice.nodes.includes(node)}
          onToggle={() => onChoice({ ...choice, nodes: toggled(choice.nodes, node, mostNodes) })}
          name={data?.rows[node]?.name ?? node}
          note={values(node)}
        />
      ))}
      {data !== undefined && order.length === 0 && <li class="faint">No node matches.</li>}
      {data !== undefined && data.total > listed && (
        <li class="faint">{plural(data.total - listed, 'more', 'more')}; search for them.</li>
      )}
    </Choosing>
  )
}

/** The newest value of the first chosen metric, by node; of several labels how many. */
function useValues(network: string, metric: string | undefined): (node: string) => string {
  const known = useSignal<{ readonly unit: string | null; readonly values: readonly KnownValue[] } | undefined>(
    undefined,
  )
  const name = metric === undefined || metric.includes('{') ? 'peers' : metric
  usePoll(`/networks/${writeSegment(network)}/metrics/${writeSegment(name)}`, valuesMs, (data) => {
    known.value = data as { readonly unit: string | null; readonly values: readonly KnownValue[] }
  })
  if (metric === undefined || metric !== name) return () => ''
  const format = formatOf(known.value?.unit ?? null)
  return (node) => {
    const own = known.value?.values.filter((one) => one.node === node && one.value !== null) ?? []
    return own.length === 0 ? '' : own.length === 1 ? format(own[0]?.value ?? null) : `${own.length} labels`
  }
}

interface ChoosingProps {
  readonly title: string
  readonly chosen: number
  readonly most: number
  readonly onSearch: (text: string) => void
  readonly onNone: () => void
  readonly children: ComponentChildren
}

function Choosing({ title, chosen, most, onSearch, onNone, children }: ChoosingProps) {
  return (
    <section class="metrics-choosing" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <p class="faint">{chosen === 0 ? 'none chosen' : `${chosen} of at most ${most} chosen`}</p>
        {chosen > 0 && (
          <button type="button" class="chip" onClick={onNone}>
            None
          </button>
        )}
      </header>
      <input
        type="search"
        aria-label={`Search the ${title.toLowerCase()}`}
        placeholder="search"
        maxLength={200}
        spellcheck={false}
        onInput={({ currentTarget }) => onSearch(currentTarget.value)}
      />
      <ul tabIndex={-1}>{children}</ul>
    </section>
  )
}

interface OptionProps {
  readonly chosen: boolean
  readonly onToggle: () => void
  readonly name: string
  readonly note: string
}

const Option = ({ chosen, onToggle, name, note }: OptionProps) => (
  <li>
    <label class={chosen ? 'metrics-option is-chosen' : 'metrics-option'}>
      <input type="checkbox" checked={chosen} onChange={onToggle} />
      <span class="metrics-name">{name}</span>
      <span class="faint">{note}</span>
    </label>
  </li>
)
