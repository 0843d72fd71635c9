import type { TableColumn } from '../column.ts'
import { behindColumn } from './behind.tsx'
import { blockAgeColumn } from './block-age.tsx'
import { blockColumn } from './block.tsx'
import { clientColumn } from './client.tsx'
import { coinbaseColumn } from './coinbase.tsx'
import { contactColumn } from './contact.tsx'
import { difficultyColumn } from './difficulty.tsx'
import { firstSeenColumn } from './first-seen.tsx'
import { gasPriceColumn } from './gas-price.tsx'
import { hashColumn } from './hash.tsx'
import { hashrateColumn } from './hashrate.tsx'
import { historyColumn } from './history.tsx'
import { idColumn } from './id.tsx'
import { lastSeenColumn } from './last-seen.tsx'
import { latencyColumn } from './latency.tsx'
import { miningColumn } from './mining.tsx'
import { nameColumn } from './name.tsx'
import { osColumn } from './os.tsx'
import { peersColumn } from './peers.tsx'
import { pendingColumn } from './pending.tsx'
import { placeColumn } from './place.tsx'
import { processingColumn } from './processing.tsx'
import { propagationMeanColumn } from './propagation-mean.tsx'
import { propagationColumn } from './propagation.tsx'
import { protocolColumn } from './protocol.tsx'
import { reportedUptimeColumn } from './reported-uptime.tsx'
import { reporterColumn } from './reporter.tsx'
import { roundTripColumn } from './round-trip.tsx'
import { sealerColumn } from './sealer.tsx'
import { sessionsColumn } from './sessions.tsx'
import { stateSinceColumn } from './state-since.tsx'
import { stateColumn } from './state.tsx'
import { transactionsColumn } from './transactions.tsx'
import { unclesColumn } from './uncles.tsx'
import { uptimeColumn } from './uptime.tsx'

/** All columns, from left to right. A new column is a new file and a line here. */
export const tableColumns: readonly TableColumn[] = [
  nameColumn,
  stateColumn,
  stateSinceColumn,
  clientColumn,
  placeColumn,
  latencyColumn,
  roundTripColumn,
  miningColumn,
  hashrateColumn,
  peersColumn,
  pendingColumn,
  gasPriceColumn,
  blockColumn,
  behindColumn,
  hashColumn,
  sealerColumn,
  difficultyColumn,
  transactionsColumn,
  unclesColumn,
  blockAgeColumn,
  processingColumn,
  propagationColumn,
  historyColumn,
  propagationMeanColumn,
  uptimeColumn,
  reportedUptimeColumn,
  sessionsColumn,
  lastSeenColumn,
  firstSeenColumn,
  coinbaseColumn,
  osColumn,
  protocolColumn,
  reporterColumn,
  contactColumn,
  idColumn,
]
