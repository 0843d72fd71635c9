import type { ShedClass } from '../shed.ts'
import type { ObjectReader } from '../parse.ts'

/** A kind of observation: one file in this folder, and its line in `mod.ts`. */
export interface KindDefinition<Body> {
  /**
   * Stands for it where every byte counts, 0 to 255. A new kind takes the next one that was never given; none is changed or
   * given again, or two versions would take one kind for another.
   */
  readonly code: number
  /** What is given up with it when there is too much. */
  readonly class: ShedClass
  /** Reads a body from plain JSON, or throws `ParseError` naming the field. `toPlain` is its inverse. */
  readonly read: ObjectReader<Body>
}

export const defineKind = <Body>(definition: KindDefinition<Body>): KindDefinition<Body> => definition
