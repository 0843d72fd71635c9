/** What either side says: pings, pongs and goodbyes. */
import { number, object, optional } from '../parse.ts'
import { plain, whole } from './fields.ts'
import { limits } from './limits.ts'

export const pingReader = object({ t1: number })
export const pongReader = object({ t1: number, t2: number, t3: number })
export const byeReader = object({ reason: plain(0, limits.reasonChars) })

export const wait = whole(0, limits.waitMs)
export const reasonReader = plain(0, limits.reasonChars)
export const farewellReader = object({ reason: reasonReader, retryMs: optional(wait) })
