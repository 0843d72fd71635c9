/** Primus control frames: JSON strings, with their quotes on the wire. */
export type PrimusFrame =
  | { readonly type: 'primus-ping'; readonly time: string }
  | { readonly type: 'primus-pong'; readonly time: string }
  | { readonly type: 'primus-id' }
  | { readonly type: 'server-close' }

const ping = 'primus::ping::'
const pong = 'primus::pong::'
/** A time is milliseconds in every known client. What is longer than this is no time. */
const maxTime = 64

export const primusFrame = (value: string): PrimusFrame | undefined => {
  if (!value.startsWith('primus::')) return undefined
  if (value.startsWith(ping)) return timed('primus-ping', value.slice(ping.length))
  if (value.startsWith(pong)) return timed('primus-pong', value.slice(pong.length))
  if (value === 'primus::id::') return { type: 'primus-id' }
  if (value === 'primus::server::close') return { type: 'server-close' }
  return undefined
}

const timed = (type: 'primus-ping' | 'primus-pong', time: string): PrimusFrame | undefined =>
  time.length <= maxTime ? { type, time } : undefined

/** Only to clients that need it: geth before 1.9.17 and reth disconnect on it. */
export const writePrimusPing = (time: string | number): string => JSON.stringify(`${ping}${time}`)
/** `time` as it came in the ping. */
export const writePrimusPong = (time: string): string => JSON.stringify(`${pong}${time}`)
export const writePrimusId = (id: string): string => JSON.stringify(`primus::id::${id}`)
/** Tells a primus client never to come back, so only for permanent refusal; the socket is closed after it. */
export const writeServerClose = (): string => '"primus::server::close"'
