import type { ShedClass } from '../shed.ts'
import type { ObjectReader } from '../parse.ts'

/** A kind of observation: one file in this folder, and its line in `mod.ts`. */
export interface KindDefinition<Body> {
  /** What is given up with it when there is too much. */
  readonly class: ShedClass
  /** Reads a body from plain JSON, or throws `ParseError` naming the field. `toPlain` is its inverse. */
  readonly read: ObjectReader<Body>
}

export const defineKind = <Body>(definition: KindDefinition<Body>): KindDefinition<Body> => definition
