import type { MapPoint } from '@netstats/protocol/feed'
import { geoEqualEarth, geoGraticule10, geoPath } from 'd3-geo'
import { useMemo, useRef } from 'preact/hooks'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import land from 'world-atlas/land-110m.json'
import { writeRoute } from '../router/routes.ts'
import { rootFontSize, useWidth } from '../ui/measures.ts'
import { type Cluster, clusterPoints, cross, nodesOf, wedge } from './cluster.ts'

const topology = land as unknown as Topology<{ land: GeometryCollection }>
const shapes = feature(topology, topology.objects.land)

interface Props {
  readonly network: string
  readonly points: readonly MapPoint[]
  readonly full: boolean
}

/** The world in an equal-area projection; dots are nodes, a wedge is the share of inactive ones, a cross means all. */
export function World({ network, points, full }: Props) {
  const holder = useRef<HTMLDivElement>(null)
  const width = useWidth(holder).value
  const { projection, height, landPath, grid } = useMemo(() => drawWorld(Math.max(80, width)), [width])
  const rem = rootFontSize.value
  const radius = (n: number): number => Math.min(rem * (full ? 1.9 : 1.1), rem * 0.14 * (1.4 + Math.sqrt(n)))
  const clusters = useMemo(
    () =>
      clusterPoints(
        points.flatMap((point) => {
          const at = projection([point.longitude, point.latitude])
          return at ? [{ point, x: at[0], y: at[1] }] : []
        }),
        rem,
        radius,
      ),
    [points, projection, full, rem],
  )
  return (
    <div class="world" ref={holder}>
      <svg
        width={width}
        height={height}
        role="group"
        aria-label={`${points.reduce((sum, point) => sum + nodesOf(point), 0)} nodes on a map of the world`}
      >
        <path class="world-grid" d={grid} />
        <path class="world-land" d={landPath} />
        {clusters.map((cluster) => {
          const [first] = cluster.points
          const r = radius(cluster.nodes)
          const label = clusterLabel(cluster)
          const dot = (
            <>
              <title>{label}</title>
              <circle
                class={cluster.inactive === cluster.nodes ? 'place is-inactive' : 'place'}
                cx={cluster.x}
                cy={cluster.y}
                r={r}
              />
              {cluster.inactive === cluster.nodes ? (
                <path class="place-cross" d={cross(cluster.x, cluster.y, Math.min(r, rem * 0.3))} />
              ) : (
                <path class="place-wedge" d={wedge(cluster.x, cluster.y, r, cluster.inactive / cluster.nodes)} />
              )}
            </>
          )
          return cluster.nodes === 1 && first ? (
            <a key={first.id} href={writeRoute({ page: 'node', network, node: first.id })} aria-label={label}>
              {dot}
            </a>
          ) : (
            <g key={first?.id}>{dot}</g>
          )
        })}
      </svg>
    </div>
  )
}

function drawWorld(width: number) {
  const projection = geoEqualEarth().rotate([-10, 0])
  // Without the Antarctic, where there are no nodes, the rest is larger.
  const frame = {
    type: 'MultiPoint' as const,
    coordinates: [
      [-160, 0],
      [179, 0],
      [10, 78],
      [10, -56],
    ],
  }
  projection.fitWidth(width, frame)
  const top = projection([10, 80])?.[1] ?? 0
  const [x, y] = projection.translate()
  projection.translate([x, y - top])
  const height = Math.ceil(projection([10, -57])?.[1] ?? width / 2)
  projection.clipExtent([
    [0, 0],
    [width, height],
  ])
  const path = geoPath(projection).digits(1)
  return { projection, height, landPath: path(shapes) ?? '', grid: path(geoGraticule10()) ?? '' }
}

function clusterLabel({ points, nodes, inactive }: Cluster): string {
  const named = points.slice(0, 6)
  const names = named.map((p) => p.name).join(', ')
  const more = nodes > named.length ? ` and ${nodes - named.length} more` : ''
  return `${names}${more}${inactive > 0 ? `; ${inactive} inactive` : ''}`
}
