/** One process of the load generator: agents `first … first+count-1`, which its parent controls. */
import { blockJson } from './geth-workload.ts'
import { createGethClient } from './geth-client.ts'
import { createGeneratorFleet } from './generator-fleet.ts'
import type { GeneratorFleet, OnSent } from './generator-fleet.ts'
import { createNetstatsClient } from './netstats-client.ts'
import type { OpenOptions, ToGenerator, ToParent } from './generator-messages.ts'

let fleet: GeneratorFleet | undefined
let sealers = 5

const tell = (message: ToParent): void => {
  process.send?.(message)
}

const onSent: OnSent = (id, number, at) => tell({ type: 'sent', id, number, at })

const createOwnFleet = (options: OpenOptions): GeneratorFleet =>
  options.protocol === 'netstats'
    ? createGeneratorFleet(options, createNetstatsClient(options), onSent)
    : createGeneratorFleet(options, createGethClient(options), onSent)

process.on('message', (message: ToGenerator) => {
  switch (message.type) {
    case 'open':
      fleet = createOwnFleet(message)
      sealers = message.sealers ?? 5
      fleet.open().then(
        () => tell({ type: 'opened' }),
        (error: unknown) => tell({ type: 'failed', reason: String(error) }),
      )
      break
    case 'run':
      fleet?.run(message.on)
      break
    case 'rate':
      fleet?.rate(message.factor)
      break
    case 'announce': {
      const { number, timestampSeconds, siblingEvery } = message
      const sibling = siblingEvery !== undefined
      fleet?.announce({ number, json: blockJson(number, timestampSeconds, { sealers, sibling }) }, message)
      break
    }
    case 'cut':
      fleet?.cut(message)
      break
    case 'count':
      if (fleet === undefined) break
      tell({ type: 'counts', ...fleet.counts() })
      if (message.clear) fleet.clear()
      break
    case 'end':
      process.exit(0)
  }
})
process.on('disconnect', () => process.exit(0))
