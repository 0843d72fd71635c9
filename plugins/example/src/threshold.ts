import { defineAnalyzer } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'

/** An alarm while a metric of a node is above a limit. */
export const threshold = defineAnalyzer({
  type: 'threshold',
  summary: 'Raises an alarm while a metric is above a limit',
  config: z.strictObject({
    metric: z
      .string()
      .min(1)
      .max(200)
      .meta({ examples: ['gauge'] })
      .describe('Name of the metric.'),
    above: z
      .number()
      .meta({ examples: ['90'] })
      .describe('The alarm is raised above this value and cleared at or below it.'),
  }),
  async open({ metric, above }, context) {
    /** Nodes with an alarm, by network. A node that is removed is forgotten with it. */
    const raised = new Set<string>()
    return {
      async *analyze(events) {
        for await (const event of events) {
          if (event.type === 'change') {
            if (event.change.type === 'node-removed') raised.delete(`${event.network} ${event.change.node}`)
            continue
          }
          const { network, observation } = event
          if (observation.kind !== 'metric' || observation.body.name !== metric) continue
          const { node, observedAt } = observation
          const { value } = observation.body
          const key = `${network} ${node}`
          if (value > above === raised.has(key)) continue
          const step = value > above ? 'raised' : 'cleared'
          if (step === 'raised') raised.add(key)
          else raised.delete(key)
          context.count(step)
          yield {
            network,
            observation: {
              kind: 'alarm',
              node,
              observedAt,
              body: {
                alarm: `threshold ${metric}`,
                step,
                type: 'threshold',
                severity: 4,
                message: `${metric} is ${value}, the limit is ${above}`,
              },
            },
          }
        }
      },
      async [Symbol.asyncDispose]() {
        raised.clear()
      },
    }
  },
})
