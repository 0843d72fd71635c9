import { hashAt, strangeNode, worldEnd, worldStart } from './world.ts'

const strange = encodeURIComponent(strangeNode)

/** Paths to ask each endpoint of the past by, by the endpoint's id. */
export const questions: Readonly<Record<string, readonly string[]>> = {
  listHistoryNetworks: ['/history/networks'],
  getNetworkHistory: [
    '/networks/1337/history',
    '/networks/1337/history?metrics=propagationMs,nodes&bucket=1m',
    `/networks/1337/history?from=${worldEnd - 86_400_000}`,
    '/networks/gone/history',
    '/networks/42/history',
  ],
  getNodeHistory: [
    '/networks/1337/history/nodes/node-0',
    '/networks/1337/history/nodes/node-0?metrics=host.cpuShare',
    `/networks/1337/history/nodes/${strange}`,
    '/networks/42/history/nodes/node-9',
  ],
  listHistoryMetrics: ['/networks/1337/history/metrics', '/networks/1337/history/metrics?node=node-0'],
  listHistoryBlocks: [
    '/networks/1337/history/blocks',
    '/networks/1337/history/blocks?canonical=false',
    '/networks/1337/history/blocks?fromNumber=10&toNumber=12&limit=2',
    `/networks/1337/history/blocks?from=${worldStart}&to=${worldStart + 20_000}`,
    '/networks/gone/history/blocks',
  ],
  getHistoryBlock: [
    '/networks/1337/history/blocks/20',
    '/networks/1337/history/blocks/59',
    `/networks/1337/history/blocks/${hashAt(20, 1)}`,
  ],
  listHistoryPropagation: ['/networks/1337/history/propagation'],
  listHistoryForks: ['/networks/1337/history/forks'],
  listHistoryReorgs: ['/networks/1337/history/reorgs'],
  listLogs: [
    `/networks/1337/logs?text=${encodeURIComponent("%_done'; drop")}&limit=3`,
    '/networks/1337/logs?text=%00',
    '/networks/1337/logs?severity=error&source=syslog',
    '/networks/1337/logs',
    `/networks/1337/logs?node=${strange}`,
    `/networks/1337/logs?around=${worldStart + 60_000}&limit=5`,
  ],
  listNodeLogs: ['/networks/1337/nodes/node-0/logs?limit=7', `/networks/1337/nodes/${strange}/logs?text=PEER`],
  listNodeMetrics: [
    '/networks/1337/nodes/node-0/metrics',
    `/networks/1337/nodes/${strange}/metrics?to=${worldEnd}`,
    '/networks/42/nodes/node-9/metrics',
  ],
  listMetrics: ['/networks/1337/metrics', `/networks/1337/metrics?from=${worldStart}&to=${worldStart + 90_000}`],
  getMetricValues: [
    '/networks/1337/metrics/host.cpuShare',
    '/networks/42/metrics/peers',
    '/networks/1337/metrics/never',
  ],
  getMetricSeries: [
    `/networks/1337/series?node=node-0&node=${strange}&metric=peers&metric=host.cpuShare&bucket=5m`,
    '/networks/1337/series?node=node-1&metric=never',
  ],
  getNodeMetricSeries: ['/networks/1337/nodes/node-0/series?metric=host.cpuShare&metric=behind'],
  listHistoryAlarms: ['/networks/1337/history/alarms', '/networks/1337/history/alarms?open=true'],
  listHistoryGaps: ['/networks/1337/history/gaps'],
  listHistorySheds: ['/history/sheds'],
  getHistoryInventory: [
    `/networks/1337/history/inventory?at=${worldStart + 1_200_000}&limit=2`,
    '/networks/1337/history/inventory',
  ],
  listHistoryInventoryChanges: ['/networks/1337/history/inventory/changes?node=node-0'],
  listHistoryStates: ['/networks/1337/history/states', '/networks/1337/history/states?node=node-0'],
}
