/** Every question of a store, as SQL. */
import { blocks } from './blocks.ts'
import { catalog } from './catalog.ts'
import { latest, latestMetrics } from './latest.ts'
import { alarms, gaps, logs, nodeInfos, nodeStates, reorgs, sheds } from './lists.ts'
import { moment } from './moment.ts'
import { metricSeries, metricsOf, networkSeries, nodeSeries } from './series.ts'
import { propagation, sightings } from './sightings.ts'
import { resumePoints } from './resume-points.ts'
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
  latestMetrics,
  resumePoints,
  moment,
  unrolled,
} as const
