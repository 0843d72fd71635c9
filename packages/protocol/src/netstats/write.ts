import type {
  AgentBye,
  Answer,
  Batch,
  Hello,
  Now,
  Ping,
  Pong,
  Proof,
  ServerMessage,
  UnknownMessage,
  Writable,
  WritableItem,
} from './messages.ts'

/** A frame to write: as it is read, with lines in the place of what is read from them. */
export type AgentFrame =
  | Hello
  | Proof
  | (Pick<Batch, 'type' | 'after' | 'number' | 'signature'> & { readonly items: readonly WritableItem[] })
  | (Pick<Now, 'type' | 'number' | 'signature'> & { readonly items: readonly Writable[] })
  | (Pick<Answer, 'type' | 'id' | 'missing' | 'signature'> & { readonly items: readonly Writable[] })
  | Ping
  | Pong
  | AgentBye
export type ServerFrame = Exclude<ServerMessage, UnknownMessage>
export type Frame = AgentFrame | ServerFrame

export const writeFrame = (frame: Frame): string => {
  throw new Error(`not built yet: ${frame.type}`)
}
