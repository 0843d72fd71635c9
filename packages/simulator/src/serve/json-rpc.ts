/** JSON-RPC 2.0 from text to text: single requests and batches, bounded; what is wrong is answered, never thrown. */
import { RpcFault, faultCodes } from './rpc-fault.ts'

/** Gives the result of a method, or throws `RpcFault`. */
export type Call = (method: string, params: readonly unknown[]) => unknown

/** Longest text of a request, and most requests in one. */
export const maxRequestBytes = 256 * 1024
const maxBatch = 100
const maxMethodLength = 100

type Id = string | number | null

/** The answer; undefined where nothing but notifications was asked. */
export const answerText = (text: string, call: Call): string | undefined => {
  const request = parse(text)
  if (request instanceof RpcFault) return JSON.stringify(refusal(null, request))
  if (!Array.isArray(request)) {
    const reply = answerOne(request, call)
    return reply && JSON.stringify(reply)
  }
  if (request.length === 0) return JSON.stringify(refusal(null, new RpcFault(faultCodes.request, 'empty batch')))
  if (request.length > maxBatch)
    return JSON.stringify(refusal(null, new RpcFault(faultCodes.request, 'batch too large')))
  const replies = request.flatMap((one: unknown) => answerOne(one, call) ?? [])
  return replies.length === 0 ? undefined : JSON.stringify(replies)
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return new RpcFault(faultCodes.parse, 'parse error')
  }
}

const answerOne = (request: unknown, call: Call): object | undefined => {
  const invalid = new RpcFault(faultCodes.request, 'invalid request')
  if (typeof request !== 'object' || request === null) return refusal(null, invalid)
  const { id = null, method, params = [] } = request as Readonly<Record<string, unknown>>
  if (!isId(id) || typeof method !== 'string' || method.length > maxMethodLength)
    return refusal(isId(id) ? id : null, invalid)
  const reply = replyTo(id, method, params, call)
  return 'id' in request ? reply : undefined
}

const replyTo = (id: Id, method: string, params: unknown, call: Call): object => {
  try {
    if (!Array.isArray(params)) throw new RpcFault(faultCodes.params, 'non-array args')
    return { jsonrpc: '2.0', id, result: call(method, params) ?? null }
  } catch (error) {
    if (error instanceof RpcFault) return refusal(id, error)
    throw error
  }
}

const isId = (value: unknown): value is Id =>
  value === null || typeof value === 'number' || (typeof value === 'string' && value.length <= 200)

const refusal = (id: Id, { code, message }: RpcFault): object => ({ jsonrpc: '2.0', id, error: { code, message } })
