import { MapPanel } from '../panels/map-panel.tsx'
import { useTitle } from './use-title.ts'

export function MapPage({ network }: { readonly network: string }) {
  useTitle(`Map of ${network}`)
  return (
    <div class="map-page">
      <h1 class="visually-hidden">Map of network {network}</h1>
      <MapPanel network={network} full />
    </div>
  )
}
