/** What delivery tracking appends to: the row buffer, with the numbers of names in place of the names. */
import type { ResumeBuffer, ResumePoint } from '../delivery/delivery-model.ts'
import type { StoredResumePoint } from '@netstats/store'
import type { NameIds } from './name-ids.ts'
import { networkIdOf } from './node-index.ts'
import type { GiveUpReason, RowBuffer } from './row-buffer.ts'

export const createResumeBuffer = (rowBuffer: RowBuffer, names: NameIds): ResumeBuffer<GiveUpReason> => ({
  listen: (listener) => rowBuffer.listen(listener),
  atomically: (run) => rowBuffer.atomically(run),
  get hasRoom() {
    return rowBuffer.hasRoom
  },
  get fill() {
    return rowBuffer.fill
  },
  lag: () => rowBuffer.lag(),
  reserve: () => rowBuffer.reserve(),
  append(point) {
    const network = names.networks.get(point.network)
    const node = network?.nodes.get(point.node)
    // A stream is only opened if it has names, and names stay.
    if (network === undefined || node === undefined) throw new Error(`${point.node} has no name to be stored by`)
    rowBuffer.into.resumePoint.add({ ...point, network: network.number, node: node.number })
  },
  cut: () => rowBuffer.cut(),
  drop: (batch, reason) => rowBuffer.drop(batch, reason),
  hasNames({ network, node }, at) {
    const name = names.network(network, networkIdOf(network), at)
    return name !== undefined && names.node(name, node, at) !== undefined
  },
})

/** Resume points of the store with the names that their keys stand for. */
export const namedResumePoints = (points: readonly StoredResumePoint[], names: NameIds): readonly ResumePoint[] =>
  points.flatMap((point) => {
    const network = names.networkOf(point.network)?.name
    const node = names.nodeOf(point.node)?.id
    return network === undefined || node === undefined ? [] : [{ ...point, network, node }]
  })
