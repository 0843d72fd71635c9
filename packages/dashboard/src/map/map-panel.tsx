import type { MapPoint } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'
import { useTopic } from '../feed/topics.ts'
import { count } from '../format/numbers.ts'
import { useTitle } from '../pages/hooks.ts'
import { Panel } from '../panels/panel.tsx'

type World = FunctionComponent<{
  readonly network: string
  readonly points: readonly MapPoint[]
  readonly full: boolean
}>

/** The map's shapes are the largest part of the page, so they are loaded only when there is a node to place. */
export function MapPanel({ network, full = false }: { readonly network: string; readonly full?: boolean }) {
  const { data, fault } = useTopic({ topic: 'map', network }).value
  const world = useSignal<World | undefined>(undefined)
  const failed = useSignal(false)
  const points = data?.points ?? []
  const wanted = points.length > 0
  const nodes = points.reduce((sum, point) => sum + (point.nodes ?? 1), 0)
  useEffect(() => {
    if (!wanted || world.peek()) return
    import('./world.tsx').then(
      (module) => (world.value = module.World),
      () => (failed.value = true),
    )
  }, [wanted])
  // Beside other panels an empty map is only in the way.
  if (!full && data && !wanted) return null
  const Drawn = world.value
  return (
    <Panel name="map" title="Places" note={wanted ? `${count(nodes)} nodes with a known place` : undefined}>
      {wanted && <div class="world-room">{Drawn && <Drawn network={network} points={points} full={full} />}</div>}
      {!wanted && (
        <p class="quiet-note">
          {fault?.message ??
            (data
              ? 'No node has a known place. The server places nodes when it has a geography file.'
              : 'Loading the places…')}
        </p>
      )}
      {failed.value && <p class="quiet-note">The map could not be loaded. Reload the page to try again.</p>}
    </Panel>
  )
}

export function MapPage({ network }: { readonly network: string }) {
  useTitle(`Map of ${network}`)
  return (
    <div class="map-page">
      <h1 class="visually-hidden">Map of network {network}</h1>
      <MapPanel network={network} full />
    </div>
  )
}
