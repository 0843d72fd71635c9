/** A server's stream and what it has stored of it; its durable part can be copied and put back. */
import { advance, noPlace, resumeAt, skipTo } from '../lineage.ts'
import type { Place, Resumed, Resumption } from '../lineage.ts'
import type { Hello } from '../messages.ts'
import type { DeliveredBatch } from '../server-types.ts'

/** A promise is. */
export class Broken extends Error {}

export interface Stored {
  readonly place: Place
  readonly ids: ReadonlySet<number>
}

interface Chunk {
  readonly ids: readonly number[]
  readonly place: Place
}

/** Where the observation's identity stands in this world. */
const idOf = (item: DeliveredBatch['items'][number]): number =>
  item.observation.kind === 'pending' ? item.observation.body.pending : -1

export const createTwinServer = () => {
  let durable: Stored = { place: noPlace, ids: new Set() }
  /** As of what is durable: only a row writes it down. */
  let kept = noPlace
  let place = noPlace
  let chunks: Chunk[] = []
  let told = 0

  const undecided = (resumption: Resumption): boolean =>
    place.through !== kept.through && [place, kept].some((one) => resumeAt(one, resumption).how !== 'goes-on')

  return {
    /** Undefined: it has to come again. */
    resume(hello: Hello): Resumed | undefined {
      if (undecided(hello)) return undefined
      const resumed = resumeAt(place, hello)
      if (resumed.how !== 'goes-on') {
        place = resumed.place
        kept = place
        chunks = []
      }
      return resumed
    },
    /** False: something before it has not come. */
    take({ after, before, last, mark, count, items }: DeliveredBatch, hello: Hello): boolean {
      if (after > Math.max(place.through, hello.after)) return false
      if (after > place.through) {
        const skipped = skipTo(place, { ...hello, after })
        told += skipped.missed
        place = skipped.place
      }
      const fresh = items.filter(({ sequence }) => sequence > place.through)
      if (last > place.through) place = advance(place, hello.lives, { through: last, mark, count: before + count })
      chunks.push({ ids: fresh.map(idOf), place })
      return true
    },
    commit(most: number): void {
      for (const chunk of chunks.splice(0, most)) {
        for (const id of chunk.ids) if (durable.ids.has(id)) throw new Broken(`${id} is stored twice`)
        durable = { place: chunk.place, ids: new Set([...durable.ids, ...chunk.ids]) }
        kept = chunk.place
      }
    },
    giveUp(): void {
      chunks = []
      place = kept
    },
    copy: (): Stored => durable,
    putBack(stored: Stored): void {
      durable = stored
      place = stored.place
      kept = stored.place
      chunks = []
    },
    get ids() {
      return durable.ids
    },
    /** What is acknowledged through. */
    get kept() {
      return kept
    },
    get applied() {
      return place.through
    },
    /** Observations that it says it does not have though they were acknowledged, here or elsewhere. */
    get told() {
      return told
    },
  }
}
