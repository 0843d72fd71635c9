/** How far back a moment looks, so that it costs the same however long the history is. */

/** Numbers that a node last said. Older ones are null. */
export const momentSampleMs = 15 * 60_000
/**
 * Which block a node last reported, and single sights, counted back from the newest block that was known then: a chain
 * that stands still for a day still shows who was at its head.
 */
export const momentHeadMs = 15 * 60_000
export const momentSightingsMs = 3_600_000

/** How long after the first sight of a block others are looked for. */
export const sightingsMs = 3_600_000
