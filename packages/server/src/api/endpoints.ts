/** Everything under /api/v1: one table that routes, checks and describes itself. */
import { adminEndpoints } from './admin/endpoints.ts'
import { sessionEndpoints } from './admin/session.ts'
import { alarmEndpoints } from './alarms.ts'
import { consensusEndpoints } from './consensus.ts'
import { deliveryEndpoints } from './deliveries.ts'
import type { Endpoint } from './endpoint.ts'
import { historyEndpoints } from './history/endpoints.ts'
import { liveEndpoints } from './live.ts'
import { receiverEndpoints } from './receivers.ts'
import { serverEndpoints } from './server.ts'
import { stateEndpoints } from './state.ts'

export const endpoints: readonly Endpoint[] = [
  ...liveEndpoints,
  ...stateEndpoints,
  ...consensusEndpoints,
  ...historyEndpoints,
  ...deliveryEndpoints,
  ...alarmEndpoints,
  ...receiverEndpoints,
  ...serverEndpoints,
  ...sessionEndpoints,
  ...adminEndpoints,
]
