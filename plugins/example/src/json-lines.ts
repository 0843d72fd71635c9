import { appendFile } from 'node:fs/promises'
import { defineSink, encodeBody, reasonOf } from '@netstats/sdk'
import { filePath, z } from '@netstats/sdk/config'

/** A file that grows by a line for each observation, for other programs to read. */
export const jsonLines = defineSink({
  type: 'json-lines',
  summary: 'Appends each observation to a file as a line of JSON',
  // One file takes the observations of all nodes.
  nodes: 'all',
  config: z.strictObject({
    file: filePath()
      .meta({ examples: ['/var/log/netstats.jsonl'] })
      .describe('File to append to; it is made where it is missing, its folder is not.'),
  }),
  async open({ file }, { status }) {
    return {
      async deliver({ items }, { signal }) {
        if (signal.aborted) return { status: 'retry', reason: 'called off' }
        const lines = items.map(({ observation }) => {
          const { kind, node, observedAt } = observation
          return `${JSON.stringify({ kind, node, observedAt }).slice(0, -1)},"body":${encodeBody(observation)}}\n`
        })
        try {
          await appendFile(file, lines.join(''))
        } catch (error) {
          return { status: 'retry', reason: reasonOf(error) }
        }
        status.ok()
        return { status: 'delivered' }
      },
      async [Symbol.asyncDispose]() {
        // Each delivery opens and closes the file.
      },
    }
  },
})
