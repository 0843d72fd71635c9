import { partStates } from '@netstats/sdk'
import type { Sample } from './counters.ts'
import { expose } from './exposition.ts'
import type { AgentStatus } from './open-agent.ts'

const help = {
  netstats_agent_part_state: 'State of each part; 1 for the state it is in.',
  netstats_agent_part_restarts_total: 'Times a part was started again after a fault.',
  netstats_spool_backlog_observations: 'Observations a sink still has to deliver.',
  netstats_agent_memory_bytes: 'Resident memory of the agent.',
  netstats_agent_cpu_seconds_total: 'Processor time of the agent, user and system.',
  netstats_agent_uptime_seconds: 'Time since the agent was started.',
}

/** Everything an agent counts, as Prometheus text. */
export const metricsOf = ({ parts, backlogs }: AgentStatus, counted: readonly Sample[]): string => {
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
  return expose([...own, ...counted], help)
}

const sample = (name: string, value: number, labels: Sample['labels'] = {}): Sample => ({ name, labels, value })

/** Answer of `/healthz`. */
export const healthOf = ({ ok, parts, backlogs }: AgentStatus): { ok: boolean; [key: string]: unknown } => ({
  ok,
  parts: parts.map(({ id, state, reason, since, restarts }) => ({ id, state, reason, since, restarts })),
  backlogs: Object.fromEntries(backlogs),
})
