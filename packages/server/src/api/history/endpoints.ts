/** All that can be asked about the past. */
import type { Endpoint } from '../endpoint.ts'
import { blockEndpoints } from './blocks.ts'
import { eventEndpoints } from './events.ts'
import { exportEndpoint } from './export.ts'
import { inventoryEndpoints } from './inventory.ts'
import { logEndpoints } from './logs.ts'
import { metricNameEndpoints } from './metric-names.ts'
import { metricSeriesEndpoints } from './metric-series.ts'
import { networksEndpoint } from './networks.ts'
import { seriesEndpoints } from './series.ts'
import { spreadEndpoints } from './spread.ts'
import { stateEndpoint } from './states.ts'

export const historyEndpoints: readonly Endpoint[] = [
  networksEndpoint,
  ...seriesEndpoints,
  ...blockEndpoints,
  ...spreadEndpoints,
  ...eventEndpoints,
  ...logEndpoints,
  ...metricNameEndpoints,
  ...metricSeriesEndpoints,
  ...inventoryEndpoints,
  stateEndpoint,
  exportEndpoint,
]
