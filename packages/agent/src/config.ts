import { hostname } from 'node:os'
import { builtIn } from '@netstats/components'
import {
  checkSinks,
  checkSources,
  createRegistry,
  nodeNames,
  pluginList,
  sinkList,
  sourceList,
} from '@netstats/runtime'
import type { Registry } from '@netstats/runtime'
import { selfMonitoringConfig, spoolConfig } from '@netstats/runtime/config'
import { duration, listenAddress } from '@netstats/sdk/config'
import { z } from 'zod'
import { localAlarmsConfig } from './alarms/config.ts'

export const builtInRegistry = createRegistry([builtIn])

/** What the file of an agent may hold, with the sources and sinks of a registry. */
export const agentConfigOf = (registry: Registry) =>
  z
    .strictObject({
      plugins: pluginList(),
      sources: sourceList(registry).min(1).describe('What to watch: nodes, and the machine that the agent runs on.'),
      sinks: sinkList(registry)
        .min(1)
        .describe('Where to report; several at once are fine, one that is down does not hold up the others.'),
      data: z
        .string()
        .min(1)
        .default('.netstats/agent')
        .describe('Folder of the spool; relative to where the agent is started.'),
      spool: spoolConfig(),
      selfMonitoring: selfMonitoringConfig(),
      alarms: localAlarmsConfig(),
      metrics: z
        .strictObject({
          listen: listenAddress()
            .meta({ examples: ['127.0.0.1:9464'] })
            .describe('Where /metrics and /healthz are served; keep it off public networks.'),
        })
        .optional()
        .describe('What the agent reports about itself.'),
      shutdownGrace: duration({ max: '1m' })
        .prefault('3s')
        .describe('How long it tries to deliver what is left when it is told to end; the rest waits on disk.'),
    })
    .superRefine(({ sources, sinks }, context) => {
      const fault = (path: readonly PropertyKey[], message: string): void =>
        context.addIssue({ code: 'custom', path: [...path], message })
      const nodes = nodeNames(sources, registry, hostname())
      checkSources(sources, registry, nodes, (path, message) => fault(['sources', ...path], message))
      checkSinks(sinks, registry, [...new Set(nodes)], (path, message) => fault(['sinks', ...path], message))
    })

/** The same with the built-in components alone. */
export const agentConfig = agentConfigOf(builtInRegistry)
export type AgentConfig = z.output<typeof agentConfig>
