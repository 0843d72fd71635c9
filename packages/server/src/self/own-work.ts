/** Work of a process that takes agents in itself, from what its parts have counted. */
import type { ClassicHub } from '../classic/hub.ts'
import type { HttpFault } from '../http.ts'
import type { Feed } from '../feed/mod.ts'
import type { EthstatsEndpoint } from '../ingest/endpoint.ts'
import type { NetstatsEndpoint } from '../ingest/netstats/endpoint.ts'
import { addTallies } from './tally.ts'
import { noWork } from './server-facts.ts'
import type { WorkCounts } from './server-facts.ts'
import { totalOf } from './tally.ts'
import type { Counts } from './tally.ts'

export interface WorkSources {
  readonly endpoint: EthstatsEndpoint
  readonly agents: NetstatsEndpoint
  readonly feed: Pick<Feed, 'gauges'>
  readonly classic: Pick<ClassicHub, 'counts'>
  readonly httpFaults: Readonly<Record<HttpFault, number>>
}

export const ownWork = ({ endpoint, agents, feed, classic, httpFaults }: WorkSources): WorkCounts => {
  const { counts, states } = endpoint.machine
  const { intake } = endpoint
  return {
    ...noWork,
    connections: {
      ethstats: states.waiting + states.asking + states.ready,
      netstats: agents.states.greeting + agents.states.asking + agents.states.open,
      feed: feed.gauges().readers,
      primus: classic.counts.readers,
      external: classic.counts.external,
    },
    sessions: { ethstats: states.ready, netstats: agents.states.open },
    logins: { ethstats: counts.logins, netstats: agents.counts.logins },
    refused: addTallies<Counts>(counts.refused, agents.counts.refused),
    ended: addTallies<Counts>(counts.ended, agents.counts.ended),
    received: {
      messages: totalOf(counts.events) + agents.counts.frames,
      bytes: counts.bytes + agents.counts.bytes,
    },
    shed: intake.sheds,
    faults: {
      ethstats: Object.fromEntries(counts.badFrames),
      netstats: Object.fromEntries(agents.counts.faults),
      http: httpFaults,
    },
    queue: { items: intake.items, bytes: intake.bytes },
    acks: { observations: agents.counts.observations, duplicates: 0, nacks: agents.counts.nacks },
    credit: agents.credit,
  }
}
