/** JSON-RPC 2.0 as text: pure, bounded by the one who read the text, and the only place of the source that parses JSON. */
import { RpcError } from './errors.ts'

export interface Call {
  readonly method: string
  readonly params: readonly unknown[]
}

/** A node's answer to one call; a refusal is an expected outcome, not a fault of the connection. */
export type Reply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: number; readonly message: string }

export type Incoming =
  /** `id` null: the node could not tell which request it refused. */
  | { readonly type: 'reply'; readonly id: number | null; readonly reply: Reply }
  | { readonly type: 'notice'; readonly subscription: string; readonly result: unknown }
  | { readonly type: 'unknown' }

const maxMessages = 1000
const maxReason = 200
const byteOrderMark = '\ufeff'

export const call = (method: string, ...params: readonly unknown[]): Call => ({ method, params })

export const encodeCall = (id: number, { method, params }: Call): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

/** Reads one text: a message or a batch of them. Throws `RPC_ANSWER_INVALID` where it is neither. */
export const parseIncoming = (text: string): readonly Incoming[] => {
  const value = parseJson(text)
  if (!Array.isArray(value)) return [readMessage(value)]
  if (value.length > maxMessages) throw invalid(`a batch of ${value.length} messages`)
  return value.map(readMessage)
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text)
  } catch {
    throw invalid(`no JSON: ${JSON.stringify(text.slice(0, 60))}`)
  }
}

const invalid = (what: string): RpcError => new RpcError('RPC_ANSWER_INVALID', `The node answered ${what}.`)

const readMessage = (value: unknown): Incoming => {
  if (!isRecord(value)) throw invalid('something that is no JSON-RPC message')
  if (value['method'] === 'eth_subscription' && isRecord(value['params'])) {
    const { subscription, result } = value['params']
    return { type: 'notice', subscription: typeof subscription === 'string' ? subscription : '', result }
  }
  const id = readId(value['id'])
  if (id === undefined) return { type: 'unknown' }
  const { error } = value
  if (isRecord(error)) return { type: 'reply', id, reply: readFailure(error) }
  if (typeof error === 'string' && error !== '') return { type: 'reply', id, reply: readFailure({ message: error }) }
  if (!Object.hasOwn(value, 'result')) return { type: 'unknown' }
  return { type: 'reply', id, reply: { ok: true, result: value['result'] } }
}

/** Some gateways give it back as text, or not at all. */
const readId = (id: unknown): number | null | undefined => {
  if (id === undefined || id === null) return null
  if (typeof id === 'string') return /^\d{1,15}$/.test(id) ? Number(id) : undefined
  return typeof id === 'number' ? id : undefined
}

const readFailure = (error: Readonly<Record<string, unknown>>): Reply => {
  const { code, message } = error
  return {
    ok: false,
    code: typeof code === 'number' && Number.isFinite(code) ? code : 0,
    message: typeof message === 'string' ? message.slice(0, maxReason) : '',
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The client does not have the method, or the operator did not open it: asking again soon is useless. */
export const isMissingMethod = (reply: Reply): boolean =>
  !reply.ok &&
  (reply.code === -32601 ||
    reply.code === -32604 ||
    reply.code === -32004 ||
    /method .*(not (exist|found|available|supported|allowed|whitelisted|enabled)|does not exist)|unsupported method|unknown method/i.test(
      reply.message,
    ))

/** The node, or what stands before it, wants fewer questions. */
export const isRateLimited = (reply: Reply): boolean =>
  !reply.ok && (reply.code === -32005 || reply.code === 429 || /rate limit|too many requests/i.test(reply.message))
