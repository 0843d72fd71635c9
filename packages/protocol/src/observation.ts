import { ParseError } from './errors.ts'
import { isKind, kinds } from './kinds/mod.ts'
import type { Bodies, Kind } from './kinds/mod.ts'
import type { ShedClass } from './shed.ts'
import type { NodeId, UnixMs } from './units.ts'

/**
 * One thing an agent or a native node said. `observedAt` is the clock of the one who said it; the server adds its own
 * `receivedAt` at the border and never orders by `observedAt`.
 */
export interface ObservationOf<K extends Kind> {
  readonly kind: K
  readonly node: NodeId
  readonly observedAt: UnixMs
  readonly body: Bodies[K]
}

export type Observation = { readonly [K in Kind]: ObservationOf<K> }[Kind]

export const shedClassOf = (kind: Kind): ShedClass => kinds[kind].class

/** JSON text of an observation's body, as spools and wires carry it. */
export const encodeBody = (observation: Observation): string => JSON.stringify(observation.body, decimal)

/** As `toPlain` has it, in a third of its time: JSON leaves undefined out by itself. */
const decimal = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)

/** Reads an observation back from its parts. Throws `ParseError` where the body is not what its kind says. */
export const decodeObservation = (kind: string, node: NodeId, observedAt: UnixMs, body: string): Observation => {
  if (!isKind(kind))
    throw new ParseError('KIND_UNKNOWN', 'kind', `no kind of observation is called "${kind.slice(0, 40)}"`)
  return { kind, node, observedAt, body: kinds[kind].read.take(parseJson(body), '') } as Observation
}

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    throw new ParseError('JSON_INVALID', 'body', 'not JSON')
  }
}
