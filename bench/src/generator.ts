/** One process of the load generator: agents `first … first+count-1`, told what to do by its parent. */
import { blockJson } from './geth-mix.ts'
import { createGethTongue } from './geth-tongue.ts'
import { createHerd } from './herd.ts'
import type { Herd, OnSent } from './herd.ts'
import { createNetstatsTongue } from './netstats-tongue.ts'
import type { OpenOptions, ToGenerator, ToParent } from './messages.ts'

let herd: Herd | undefined

const tell = (message: ToParent): void => {
  process.send?.(message)
}

const onSent: OnSent = (id, number, at) => tell({ type: 'sent', id, number, at })

const createOwnHerd = (options: OpenOptions): Herd =>
  options.protocol === 'netstats'
    ? createHerd(options, createNetstatsTongue(options), onSent)
    : createHerd(options, createGethTongue(options), onSent)

process.on('message', (message: ToGenerator) => {
  switch (message.type) {
    case 'open':
      herd = createOwnHerd(message)
      herd.open().then(
        () => tell({ type: 'opened' }),
        (error: unknown) => tell({ type: 'failed', reason: String(error) }),
      )
      break
    case 'run':
      herd?.run(message.on)
      break
    case 'rate':
      herd?.rate(message.factor)
      break
    case 'announce': {
      const { number, timestampSeconds, spreadMs, sampleEvery } = message
      herd?.announce({ number, json: blockJson(number, timestampSeconds) }, spreadMs, sampleEvery)
      break
    }
    case 'cut':
      herd?.cut(message.every)
      break
    case 'count':
      if (herd === undefined) break
      tell({ type: 'counts', ...herd.counts() })
      if (message.clear) herd.clear()
      break
    case 'end':
      process.exit(0)
  }
})
process.on('disconnect', () => process.exit(0))
