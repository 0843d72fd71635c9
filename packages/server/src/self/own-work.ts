/** Work of a process that takes agents in, from what it has counted, and of one that serves readers. */
import type { ClassicHub } from '../classic/hub.ts'
import type { Feed } from '../feed/mod.ts'
import type { IngestSnapshot } from '../ingest/snapshot.ts'
import { noWork } from './server-facts.ts'
import type { WorkCounts } from './server-facts.ts'
import { addTallies, totalOf } from './tally.ts'

export interface ReaderSources {
  readonly feed: Pick<Feed, 'gauges'>
  readonly classic: Pick<ClassicHub, 'counts'>
}

export const ingestWork = ({ ethstats, netstats, intake, http }: IngestSnapshot): WorkCounts => ({
  ...noWork,
  connections: { ethstats: totalOf(ethstats.states), netstats: totalOf(netstats.states) },
  sessions: { ethstats: ethstats.states.ready, netstats: netstats.states.open },
  logins: { ethstats: ethstats.logins, netstats: netstats.logins },
  refused: addTallies(ethstats.refused, netstats.refused),
  ended: addTallies(ethstats.ended, netstats.ended),
  received: { messages: totalOf(ethstats.events) + netstats.frames, bytes: ethstats.bytes + netstats.bytes },
  shed: intake.sheds,
  faults: { ethstats: ethstats.badFrames, netstats: netstats.faults, http },
  queue: { items: intake.items, bytes: intake.bytes },
  batches: { observations: netstats.observations, nacks: netstats.nacks },
  credit: netstats.credit,
})

export const readerWork = ({ feed, classic }: ReaderSources): WorkCounts => ({
  ...noWork,
  connections: {
    feed: feed.gauges().readers,
    primus: classic.counts.readers,
    external: classic.counts.external,
  },
})
