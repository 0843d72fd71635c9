/** Work of a process that takes agents in itself, from what its parts have counted. */
import type { ClassicHub } from '../classic/hub.ts'
import type { HttpFault } from '../http.ts'
import type { Feed } from '../feed/mod.ts'
import type { EthstatsEndpoint } from '../ingest/endpoint.ts'
import { noWork } from './server-facts.ts'
import type { WorkCounts } from './server-facts.ts'
import { totalOf } from './tally.ts'

export interface WorkSources {
  readonly endpoint: EthstatsEndpoint
  readonly feed: Pick<Feed, 'gauges'>
  readonly classic: Pick<ClassicHub, 'counts'>
  readonly httpFaults: Readonly<Record<HttpFault, number>>
}

export const ownWork = ({ endpoint, feed, classic, httpFaults }: WorkSources): WorkCounts => {
  const { counts, states } = endpoint.machine
  const { intake } = endpoint
  return {
    ...noWork,
    connections: {
      ethstats: states.waiting + states.asking + states.ready,
      feed: feed.gauges().readers,
      primus: classic.counts.readers,
      external: classic.counts.external,
    },
    sessions: { ethstats: states.ready },
    logins: { ethstats: counts.logins },
    refused: counts.refused,
    ended: counts.ended,
    received: { messages: totalOf(counts.events), bytes: counts.bytes },
    shed: intake.sheds,
    faults: { ethstats: Object.fromEntries(counts.badFrames), http: httpFaults },
    queue: { items: intake.items, bytes: intake.bytes },
  }
}
