/** Metrics that every program has under the same names, so that dashboards and rules made for any program hold for this one too. */
import { readdirSync } from 'node:fs'

const startedAt = Date.now() / 1000 - process.uptime()

/** Undefined where the system does not say. */
const openFiles = (): number | undefined => {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}

export interface StandardFamily {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly labels: readonly string[]
}

interface Standard extends StandardFamily {
  readonly read: () => number | undefined
}

const families: readonly Standard[] = [
  {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'CPU time of the process, user and system.',
    labels: [],
    read: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  },
  {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of the process.',
    labels: [],
    read: () => process.memoryUsage.rss(),
  },
  {
    name: 'process_start_time_seconds',
    type: 'gauge',
    help: 'When the process started, Unix seconds.',
    labels: [],
    read: () => startedAt,
  },
  {
    name: 'process_open_fds',
    type: 'gauge',
    help: 'Open files and sockets of the process.',
    labels: [],
    read: openFiles,
  },
]

const buildInfo: StandardFamily = {
  name: 'netstats_build_info',
  type: 'gauge',
  help: 'Always 1; its labels say which program this is, of which version, and on what it runs.',
  labels: ['program', 'version', 'node_version'],
}

export const standardFamilies: readonly StandardFamily[] = [
  buildInfo,
  ...families.map(({ read: _read, ...family }) => family),
]

/** In the text format of Prometheus. */
export const standardText = (version: string): string => {
  const labels = `program="server",version="${version}",node_version="${process.versions.node}"`
  const lines = [...headOf(buildInfo), `${buildInfo.name}{${labels}} 1`]
  for (const family of families) {
    const value = family.read()
    if (value !== undefined) lines.push(...headOf(family), `${family.name} ${value}`)
  }
  return `${lines.join('\n')}\n`
}

const headOf = ({ name, help, type }: StandardFamily): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
]
