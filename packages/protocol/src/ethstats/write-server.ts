/** Frames from a server to a client. geth disconnects on anything else, and on any of these out of turn. */
export { writePrimusId, writePrimusPing, writePrimusPong, writeServerClose } from './primus.ts'

/** Answer to a good hello, and the first frame a client may see: geth takes any other for a refusal. */
export const writeReady = (): string => '{"emit":["ready"]}'

/** Answer to each `node-ping`, once; `clientTime` as it came. geth disconnects on a pong it did not ask for. */
export const writeNodePong = (clientTime: string | number | null, serverTime: number): string =>
  JSON.stringify({ emit: ['node-pong', { clientTime, serverTime }] })

/**
 * Asks for blocks, in the one shape every client accepts: `max`, `min` and a list that is never empty. Undefined where
 * there is nothing to ask for, because an empty request crashes or disconnects some clients.
 */
export const writeHistoryRequest = (numbers: readonly number[]): string | undefined => {
  const list = [...new Set(numbers)].filter((n) => Number.isSafeInteger(n) && n >= 0).sort((a, b) => a - b)
  const [min] = list
  if (min === undefined) return undefined
  return JSON.stringify({ emit: ['history', { max: list.at(-1), min, list }] })
}
