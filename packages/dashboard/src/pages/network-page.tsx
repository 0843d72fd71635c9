import { count } from '../format/numbers.ts'
import { MapPanel } from '../map/map-panel.tsx'
import { Clients } from '../panels/clients.tsx'
import { LatestBlocks } from '../panels/latest-blocks.tsx'
import { PropagationHistogram } from '../panels/propagation-histogram.tsx'
import { Recorder } from '../recorder/recorder.tsx'
import { NetworkTools } from '../roster/roster-tools.tsx'
import { SplitNotice } from '../summary/split-notice.tsx'
import { Summary } from '../summary/summary.tsx'
import { NodeTable } from '../table/node-table.tsx'
import { useNetwork, useTitle } from './hooks.ts'
import { NetworkFault, Waiting } from './message.tsx'

/** Up to here a table beside the picture would leave a wide screen half empty; it goes below. */
const few = 15

export function NetworkPage({ network }: { readonly network: string }) {
  const { summary, fault, blocks, sealers, known, live } = useNetwork(network)
  useTitle(summary?.head ? `${count(summary.head.number)} · ${network}` : network)
  if (fault && !summary) return <NetworkFault network={network} fault={fault} />
  if (!summary) return <Waiting what="the network" />
  return (
    <div class={summary.nodes <= few ? 'network is-few' : 'network'}>
      <h1 class="visually-hidden">Network {network}</h1>
      <div class="network-picture">
        <Summary summary={summary} sealers={sealers} />
        {summary.split && <SplitNotice network={network} split={summary.split} />}
        <Recorder
          network={network}
          blocks={blocks}
          blockTimeMs={summary.blockTimeMs}
          known={known}
          live={live}
          roomy={summary.nodes <= few}
        />
        <div class="panels">
          <LatestBlocks network={network} blocks={blocks} sealers={sealers} active={summary.active} />
          <PropagationHistogram histogram={summary.propagation} />
          <Clients summary={summary} />
          <MapPanel network={network} />
        </div>
      </div>
      <NodeTable network={network} summary={summary} sealers={sealers} />
      <NetworkTools summary={summary} />
    </div>
  )
}
