/** Every question of a store, as SQL. */
import { blocks } from './blocks.ts'
import { catalog } from './catalog.ts'
import { deliveries } from './deliveries.ts'
import { latest } from './latest.ts'
import { alarms, gaps, logs, nodeInfos, nodeStates, reorgs, sheds } from './lists.ts'
import { moment } from './moment.ts'
import { metricSeries, metricsOf, networkSeries, nodeSeries } from './series.ts'
import { propagation, sightings } from './sightings.ts'
import { unrolled } from './unrolled.ts'

export { exportStatement } from './export.ts'
export type { ExportStatement } from './export.ts'

export const queries = {
  catalog,
  networkSeries,
  nodeSeries,
  metricSeries,
  metricsOf,
  blocks,
  sightings,
  propagation,
  logs,
  alarms,
  reorgs,
  nodeInfos,
  nodeStates,
  gaps,
  sheds,
  latest,
  deliveries,
  moment,
  unrolled,
} as const
