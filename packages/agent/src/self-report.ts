import { partStates } from '@netstats/sdk'
import type { SpoolStats } from '@netstats/runtime'
import type { Sample } from './counters.ts'
import { expose } from './exposition.ts'
import type { AgentStatus } from './agent-status.ts'

/** What each metric is, by its name. */
export const agentMetrics: Readonly<Record<string, string>> = {
  netstats_agent_part_state: 'State of each part; 1 for the state it is in.',
  netstats_agent_part_restarts_total: 'Times a part was started again after a fault.',
  netstats_agent_own_lines_dropped_total:
    "Lines of the agent's own log that were not reported through its sinks, because there were too many.",
  netstats_spool_backlog_observations: 'Observations a sink still has to deliver.',
  netstats_spool_observations: 'Observations in the spool, by class; the first class is given up first.',
  netstats_spool_dropped_total: 'Observations given up before every sink had them, by reason and class.',
  netstats_spool_appended_total: 'Observations put into the spool.',
  netstats_spool_unreadable_total: 'Stored observations that could not be read back.',
  netstats_spool_commits_total: 'Writes of the spool to disk.',
  netstats_spool_replaced_total: 'Times the spool was found damaged and begun again.',
  netstats_spool_size_bytes: 'What the spool takes on disk.',
  netstats_spool_room_bytes: 'What the spool may take on disk.',
  netstats_spool_disk_full: '1 while the disk is full.',
  netstats_build_info: 'Always 1; its labels say which program this is, of which version, and on what it runs.',
  process_cpu_seconds_total: 'CPU time of the process, user and system.',
  process_resident_memory_bytes: 'Resident memory of the process.',
  process_start_time_seconds: 'When the process started, Unix seconds.',
}

const startedAt = Date.now() / 1000 - process.uptime()

/** What a counter of a source or a sink is, where nothing better is known. */
const helpOf = (name: string): string => {
  const [, part = '', what = ''] = /^netstats_(source|sink)_(.+?)(?:_total)?$/.exec(name) ?? []
  return agentMetrics[name] ?? `Counted by each ${part || 'component'}: ${what.replaceAll('_', ' ') || name}.`
}

/**
 * Parts by what they are and not by where they lead: `sink/netstats`, the next of the sort `sink/netstats.2`. Addresses and
 * names of nodes are for the log and `/healthz`.
 */
export const createPartNames = (): ((id: string) => string) => {
  const names = new Map<string, string>()
  const used = new Map<string, number>()
  return (id) => {
    const known = names.get(id)
    if (known !== undefined) return known
    const [sort = id] = id.split(' ', 1)
    const count = (used.get(sort) ?? 0) + 1
    used.set(sort, count)
    const name = count === 1 ? sort : `${sort}.${count}`
    names.set(id, name)
    return name
  }
}

export interface Reported {
  readonly status: AgentStatus
  readonly spool: SpoolStats
  readonly counted: readonly Sample[]
  /** Of its own log. */
  readonly linesDropped: number
  readonly version: string
  readonly nameOf: (id: string) => string
}

/** Everything an agent counts, as Prometheus text. */
export const metricsOf = ({ status, spool, counted, linesDropped, version, nameOf }: Reported): string => {
  const { parts, backlogs } = status
  const cpu = process.cpuUsage()
  const own: Sample[] = [
    ...parts.flatMap(({ id, state }) =>
      partStates.map((one) =>
        sample('netstats_agent_part_state', one === state ? 1 : 0, { component: nameOf(id), state: one }),
      ),
    ),
    ...parts.map(({ id, restarts }) =>
      sample('netstats_agent_part_restarts_total', restarts, { component: nameOf(id) }),
    ),
    ...[...backlogs].map(([reader, count]) =>
      sample('netstats_spool_backlog_observations', count, { component: nameOf(`sink/${reader}`) }),
    ),
    sample('netstats_agent_own_lines_dropped_total', linesDropped),
    sample('netstats_build_info', 1, { program: 'agent', version, node_version: process.versions.node }),
    sample('process_resident_memory_bytes', process.memoryUsage.rss()),
    sample('process_cpu_seconds_total', (cpu.user + cpu.system) / 1e6),
    sample('process_start_time_seconds', startedAt),
  ]
  const named = counted.map(({ labels: { component, ...labels }, ...one }) => ({
    ...one,
    labels: component === undefined ? labels : { component: nameOf(component), ...labels },
  }))
  return expose([...own, ...spoolSamples(spool), ...named], helpOf)
}

const spoolSamples = (spool: SpoolStats): readonly Sample[] => [
  ...Object.entries(spool.rows).map(([name, count]) => sample('netstats_spool_observations', count, { class: name })),
  ...spool.dropped.map(({ reason, class: name, count }) =>
    sample('netstats_spool_dropped_total', count, { reason, class: name }),
  ),
  sample('netstats_spool_appended_total', spool.appended),
  sample('netstats_spool_unreadable_total', spool.unreadable),
  sample('netstats_spool_commits_total', spool.commits),
  sample('netstats_spool_replaced_total', spool.replaced),
  sample('netstats_spool_size_bytes', spool.sizeBytes),
  sample('netstats_spool_room_bytes', spool.roomBytes),
  sample('netstats_spool_disk_full', spool.diskFull ? 1 : 0),
]

const sample = (name: string, value: number, labels: Sample['labels'] = {}): Sample => ({ name, labels, value })

/** Answer of `/healthz`. */
export const healthOf = ({ ok, parts, backlogs }: AgentStatus): { ok: boolean; [key: string]: unknown } => ({
  ok,
  parts: parts.map(({ id, state, reason, since, restarts }) => ({ id, state, reason, since, restarts })),
  backlogs: Object.fromEntries(backlogs),
})
