/**
 * A plugin whose source gives numbered observations, each number once: how far it is, is in the spool with them. What a
 * receiver has of them shows what was lost and what came twice.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { definePlugin, defineSource } from '@netstats/sdk'
import type { Checkpointed, Observation } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'

/** Numbers given at once, and the time until the next ones. */
const crowd = 50
const everyMs = 20
/** Fills the spool sooner. */
const filler = 'x'.repeat(100)

const numbered = defineSource({
  type: 'numbered',
  summary: 'Gives numbered observations',
  config: z.strictObject({
    kind: z.enum(['log', 'metric', 'alarm']).describe('What it gives.'),
    limit: z.string().describe('File with the last number.'),
    progress: z.string().describe('File for the number that is in the spool.'),
    begin: z.int().describe('Time of number 0.'),
  }),
  open({ node, kind, limit, progress, begin }, context) {
    const { clock } = context
    const observation = (n: number): Observation => {
      const common = { node, observedAt: (begin + n) as Observation['observedAt'] }
      const text = `n=${n};${filler}`
      if (kind === 'metric') return { ...common, kind, body: { name: 'outage.n', value: n, labels: { filler } } }
      if (kind === 'log') return { ...common, kind, body: { severity: 4, source: 'numbered', message: text } }
      return {
        ...common,
        kind,
        body: { alarm: `n-${n}`, step: 'raised', type: 'numbered', severity: 4, message: text },
      }
    }
    return Promise.resolve({
      node,
      async *observe({ signal }: { signal: AbortSignal }): AsyncGenerator<readonly Checkpointed[]> {
        let n = Number(context.checkpoints().get('n') ?? 0)
        for await (const _ of clock.every(everyMs, { signal })) {
          const last = Math.min(n + crowd, Number(readFileSync(limit, 'utf8')))
          if (last <= n) continue
          const observations = Array.from({ length: last - n }, (_unused, i) => observation(n + 1 + i))
          n = last
          yield [{ observations, checkpoint: { key: 'n', value: String(n) } }]
          // The host asks for more once the disk has it.
          writeFileSync(`${progress}.partial`, String(n))
          renameSync(`${progress}.partial`, progress)
        }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  },
})

export default definePlugin({ name: 'numbered', apiVersion: 1, sources: [numbered] })
