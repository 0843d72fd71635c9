import type { ClassicAction, ClassicActions, ClassicNode } from './classic.ts'
import type { DashboardMessage } from './messages.ts'
import { primusFrame } from './primus.ts'
import { tryJson } from './read-server.ts'
import { amount, fieldsOf } from '../loose/values.ts'

/** Answer to a dashboard's `ready`, for that one only. */
export const writeInit = (nodes: readonly ClassicNode[]): string => JSON.stringify({ emit: ['init', { nodes }] })

/** Everything that goes to all dashboards. */
export const writeAction = <A extends ClassicAction>(action: A, data: ClassicActions[A]): string =>
  JSON.stringify({ action, data })

/** Asked of all dashboards every few seconds; they answer `client-pong`. */
export const writeClientPing = (serverTime: number): string => writeAction('client-ping', { serverTime })

/** Half the round trip of a `client-ping`, back to the one that answered it. */
export const writeClientLatency = (ms: number): string =>
  JSON.stringify({ emit: ['client-latency', { latency: Math.max(0, Math.ceil(ms)) }] })

/** The only message of `/external`: a new highest block. */
export const writeLastBlock = (number: number): string => JSON.stringify({ action: 'lastBlock', number })

const unknown: DashboardMessage = { type: 'unknown' }
/** A dashboard says little. What is longer than this is not read. */
const maxFrame = 4096

/** Reads one frame of a classic dashboard, and never throws: what it does not know it calls unknown. */
export const parseDashboardMessage = (text: string): DashboardMessage => {
  if (text.length > maxFrame) return unknown
  const value = tryJson(text)
  if (typeof value === 'string') {
    const frame = primusFrame(value)
    return frame === undefined || frame.type === 'server-close' ? unknown : frame
  }
  const emit = fieldsOf(value)?.emit
  if (!Array.isArray(emit)) return unknown
  if (emit[0] === 'ready') return { type: 'ready' }
  if (emit[0] !== 'client-pong') return unknown
  const fields = fieldsOf(emit[1])
  const serverTime = amount(fields?.serverTime)
  return serverTime === undefined
    ? unknown
    : { type: 'client-pong', serverTime, clientTime: amount(fields?.clientTime) }
}
