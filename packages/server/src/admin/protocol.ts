/**
 * What command and server say to each other on the admin socket: HTTP/1.1, a JSON object in, lines of JSON out.
 *
 *     POST /store/backup {"path":"/backups/monday"}                              operations of store-operations.ts
 *     200  {"type":"progress","done":3,"all":42,"what":"raw-2026-11-23"}    any number of them
 *          {"type":"result","value":{…}}                                    or {"type":"error","code":…}: the last line
 *
 *     POST /auth/agents/add {"as":"root","args":{"id":"node-1"}}                operations of auth/, answered the same way
 *
 * A connection that ends before the last line cancels the work. A wrong request is answered with 4xx and one error line.
 */
import { BaseError } from '@netstats/protocol'
import { storeErrorCodes, StoreError } from '@netstats/store'
import { z } from 'zod'
import { AuthError, authErrorCodes } from '../auth/errors.ts'
import { ServerError } from '../lib/errors.ts'

/** Longest line of an answer, bytes. Info of ten thousand files is 2 MB. */
export const maxLineBytes = 1 << 24

const whole = z.number().min(0)
const errorLine = z.object({ type: z.literal('error'), code: z.string(), message: z.string(), retryable: z.boolean() })
export const answerLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: whole, all: whole, what: z.string() }),
  z.object({ type: z.literal('result'), value: z.unknown() }),
  errorLine,
])
export type AnswerLine = z.output<typeof answerLine>
type ErrorLine = z.output<typeof errorLine>

export const errorLineOf = (error: unknown): ErrorLine => {
  const { message } = error instanceof Error ? error : new Error(String(error))
  const { code, retryable } = error instanceof BaseError ? error : { code: 'STORE_FAILED', retryable: false }
  return { type: 'error', code, message, retryable }
}

const has = <C extends string>(codes: readonly C[], code: string): code is C =>
  (codes as readonly string[]).includes(code)

/** The error as it was thrown on the other side. */
export const errorOf = ({ code, message, retryable }: ErrorLine): BaseError => {
  if (has(storeErrorCodes, code)) return new StoreError(code, message, { retryable })
  if (has(authErrorCodes, code)) return new AuthError(code, message, { retryable })
  return new ServerError('SERVER_ADMIN_REFUSED', message, { retryable })
}
