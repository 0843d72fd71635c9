// The program that is killed: appends and reads at once, and says what it does before and after it does it.
//
//   to the journal, a file, O_APPEND:   T first last   about to append these numbers
//                                       A first last   the append resolved: they are stored
//                                       C sequence     the commit resolved: settled through here
//   to the parent, its standard output: R              ready
//                                       N number       with R: the newest checkpoint, of the highest number stored
//                                       D sequence:number …   taken from the spool, in this order
//                                       G sequence dropped   a gap report was taken: so many were given up
//                                       E              everything was taken (in the last life only)
import { openSync, writeSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { blockNumber, nodeId, unixMs, unixSeconds } from '@netstats/protocol'
import type { Address, Block, Hash, Observation } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import type { Batch, Logger, SpoolReader } from '@netstats/sdk'
import type { ManagedSpool } from '../src/spool/engine.ts'
import { openSpool } from '../src/spool/sqlite/mod.ts'
import { createRandom } from '@netstats/protocol/testing/random'
import type { Random } from '@netstats/protocol/testing/random'

const [directory = '', maxBytes = '', journalPath = '', firstNumber = '', seed = '', mode = ''] = process.argv.slice(2)
/** `tight`: the reader is so slow that the spool runs over. `drain`: nothing is appended, everything is read. */
const tight = mode === 'tight'
const journal = openSync(journalPath, 'a')
const note = (line: string): void => void writeSync(journal, `${line}\n`)
const tell = (line: string): void => void writeSync(1, `${line}\n`)
const never = new AbortController().signal
const node = nodeId('node-1')

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => void writeSync(2, `${message} ${JSON.stringify(fields)}\n`),
  child: () => quiet,
}

/** A number in one of three classes, and of very different sizes. */
const numbered = (n: number, random: Random): Observation => {
  const observedAt = unixMs(n)
  const draw = random.next()
  if (draw < 0.45) return { kind: 'pending', node, observedAt, body: { pending: n } }
  if (draw < 0.95) {
    return { kind: 'host', node, observedAt, body: { uptimeSeconds: n, hostname: 'h'.repeat(random.between(0, 200)) } }
  }
  const extraData = 'x'.repeat(random.between(0, 6000))
  return { kind: 'block', node, observedAt, body: { ...exampleBlock(n), extraData } }
}

const numberOf = ({ kind, body }: Observation): number => {
  if (kind === 'pending') return body.pending
  if (kind === 'host') return body.uptimeSeconds ?? 0
  return kind === 'block' ? body.number : 0
}

/** `exampleBlock` of the sdk's testing door, which needs a test runner. */
const exampleBlock = (n: number): Block => {
  const hash = `0x${n.toString(16).padStart(64, '0')}` as Hash
  return {
    number: blockNumber(n),
    hash,
    parentHash: hash,
    timestamp: unixSeconds(n),
    miner: `0x${'ab'.repeat(20)}` as Address,
    gasUsed: 0,
    gasLimit: 30_000_000,
    difficulty: 2n,
    transactions: 0,
    uncles: 0,
  }
}

const append = async (spool: ManagedSpool, random: Random): Promise<void> => {
  for (let n = Number(firstNumber); ; ) {
    const size = random.between(1, tight ? 400 : 120)
    const batch = Array.from({ length: size }, (_, i) => numbered(n + i, random))
    note(`T ${n} ${n + size - 1}`)
    // A checkpoint behind every third, so that it falls within transactions and between them.
    const noted = batch.map((one, i) =>
      (n + i) % 3 === 0 ? { observations: [one], checkpoint: { key: 'n', value: String(n + i) } } : one,
    )
    await spool.append(noted, 'child')
    note(`A ${n} ${n + size - 1}`)
    n += size
    // Now and then at rest, so that kills also fall between transactions and a checkpoint has time.
    if (random.chance(0.1)) await systemClock.sleep(random.between(1, 10), { signal: never })
  }
}

const take = async (reader: SpoolReader, batch: Batch, count: number): Promise<void> => {
  const items = batch.items.slice(0, count)
  const last = items.at(-1)
  if (!last) return
  const numbers = items.filter(({ observation }) => observation.kind !== 'gap')
  for (const { sequence, observation } of items) {
    if (observation.kind === 'gap') tell(`G ${sequence} ${observation.body.dropped}`)
  }
  tell(`D ${numbers.map(({ sequence, observation }) => `${sequence}:${numberOf(observation)}`).join(' ')}`)
  await reader.commit(last.sequence)
  note(`C ${last.sequence}`)
}

const read = async (reader: SpoolReader, random: Random): Promise<void> => {
  for (;;) {
    const batch = await reader.next({ signal: never })
    if (!batch) return
    // A peer that is away, one that takes a part, one that takes all.
    const answer = random.next()
    if (answer < 0.7) await take(reader, batch, batch.items.length)
    else {
      if (answer < 0.9) await take(reader, batch, random.between(0, batch.items.length - 1))
      reader.rewind()
    }
    if (tight) await systemClock.sleep(random.between(1, 12), { signal: never })
    else if (random.chance(0.2)) await nextTurn()
  }
}

/** Takes everything that is there, and ends. */
const drain = async (reader: SpoolReader): Promise<void> => {
  while (reader.backlog() > 0) {
    const batch = await reader.next({ signal: never })
    if (!batch) return
    await take(reader, batch, batch.items.length)
  }
}

const random = createRandom(Number(seed))
const spool = await openSpool({
  directory,
  maxBytes: Number(maxBytes),
  clock: systemClock,
  log: quiet,
  reporter: node,
  gapEveryMs: 20,
})
const reader = await spool.reader('sink', { policy: 'on-ack', batchSize: random.between(20, 300) })
tell('R')
tell(`N ${spool.checkpoints('child').get('n') ?? 0}`)
if (mode === 'drain') {
  await drain(reader)
  // What was given up and not told yet is told at the end.
  await reader[Symbol.asyncDispose]()
  await spool[Symbol.asyncDispose]()
  const again = await openSpool({
    directory,
    maxBytes: Number(maxBytes),
    clock: systemClock,
    log: quiet,
    reporter: node,
  })
  const rest = await again.reader('sink', { policy: 'on-ack', batchSize: 1000 })
  await drain(rest)
  await again[Symbol.asyncDispose]()
  tell('E')
} else {
  await Promise.all([append(spool, random), read(reader, random)])
}
