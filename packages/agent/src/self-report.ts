import { partStates } from '@netstats/sdk'
import type { SpoolStats } from '@netstats/sdk'
import type { Sample } from './counters.ts'
import { expose } from './exposition.ts'
import type { AgentStatus } from './open-agent.ts'

const help = {
  netstats_agent_part_state: 'State of each part; 1 for the state it is in.',
  netstats_agent_part_restarts_total: 'Times a part was started again after a fault.',
  netstats_spool_backlog_observations: 'Observations a sink still has to deliver.',
  netstats_spool_observations: 'Observations in the spool, by class; the first class is given up first.',
  netstats_spool_dropped_total: 'Observations given up before every sink had them, by reason and class.',
  netstats_spool_appended_total: 'Observations put into the spool.',
  netstats_spool_unreadable_total: 'Stored observations that could not be read back.',
  netstats_spool_commits_total: 'Writes of the spool to disk.',
  netstats_spool_replaced_total: 'Times the spool was found damaged and begun anew.',
  netstats_spool_size_bytes: 'What the spool takes on disk.',
  netstats_spool_room_bytes: 'What the spool may take on disk.',
  netstats_spool_disk_full: '1 while the disk is full.',
  netstats_agent_memory_bytes: 'Resident memory of the agent.',
  netstats_agent_cpu_seconds_total: 'Processor time of the agent, user and system.',
  netstats_agent_uptime_seconds: 'Time since the agent was started.',
}

/** Everything an agent counts, as Prometheus text. */
export const metricsOf = ({ parts, backlogs }: AgentStatus, spool: SpoolStats, counted: readonly Sample[]): string => {
  const cpu = process.cpuUsage()
  const own: Sample[] = [
    ...parts.flatMap(({ id, state }) =>
      partStates.map((one) =>
        sample('netstats_agent_part_state', one === state ? 1 : 0, { component: id, state: one }),
      ),
    ),
    ...parts.map(({ id, restarts }) => sample('netstats_agent_part_restarts_total', restarts, { component: id })),
    ...[...backlogs].map(([reader, count]) => sample('netstats_spool_backlog_observations', count, { reader })),
    sample('netstats_agent_memory_bytes', process.memoryUsage.rss()),
    sample('netstats_agent_cpu_seconds_total', (cpu.user + cpu.system) / 1e6),
    sample('netstats_agent_uptime_seconds', process.uptime()),
  ]
  return expose([...own, ...spoolSamples(spool), ...counted], help)
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
