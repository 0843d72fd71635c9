import type { ServerMessage } from './messages.ts'

/** Reads a frame of a server whole, or throws `ParseError` with one of `netstatsParseCodes`. */
export const readServerFrame = (text: string): ServerMessage => {
  throw new Error(`not built yet: ${text}`)
}
