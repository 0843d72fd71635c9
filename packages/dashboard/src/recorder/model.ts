/** What a channel is: a row of the recorder with a name, a drawing, and a reading for the block under the cursor. */
import type { BlockRow } from '@netstats/protocol/feed'
import type { ComponentChildren } from 'preact'
import type { Sealers } from '../state/sealers.ts'
import type { Frame } from './geometry.ts'
import type { Slot } from './slots.ts'

export interface Picture {
  readonly slots: readonly Slot[]
  readonly sealers: Sealers
  readonly column: number
  /** Mean time between blocks, for the reference line. */
  readonly blockTimeMs: number | null
}

export interface Channel {
  readonly key: string
  readonly title: string
  /** In rem; a function where it depends on the picture. */
  readonly height: number | ((picture: Picture) => number)
  /** Upper end of the scale in words, shown small at the top of the channel. */
  readonly top?: (picture: Picture) => string
  readonly draw: (picture: Picture, frame: Frame) => ComponentChildren
  /** Reading for one block. */
  readonly read: (block: BlockRow, picture: Picture) => ComponentChildren
  /** Replaces the title at the left, where lanes need names. */
  readonly legend?: (picture: Picture) => ComponentChildren
}
