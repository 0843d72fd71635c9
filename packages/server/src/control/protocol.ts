/**
 * What command and server say to each other on the control socket: HTTP/1.1, a JSON object in, lines of JSON out.
 *
 *     POST /store/backup {"path":"/backups/monday"}
 *     200  {"type":"progress","done":3,"all":42,"what":"raw-2026-11-23"}    any number of them
 *          {"type":"result","value":{…}}                                    or {"type":"error","code":…}: the last line
 *
 *     POST /access/agents/add {"as":"root","args":{"id":"node-1"}}                operations of access/, answered the same way
 *
 * A connection that ends before the last line cancels the work. A wrong request is answered with 4xx and one error line.
 */
import { storeErrorCodes, StoreError } from '@netstats/sdk/store'
import type { StoreErrorCode } from '@netstats/sdk/store'
import { BaseError } from '@netstats/protocol'
import { z } from 'zod'
import { AccessError, accessErrorCodes } from '../access/errors.ts'
import type { AccessErrorCode } from '../access/errors.ts'
import { ServerError } from '../errors.ts'

/** Longest request body and longest line of an answer, bytes. Info of ten thousand files is 2 MB. */
export const maxRequestBytes = 1 << 16
export const maxLineBytes = 1 << 24

const nothing = z.strictObject({})
/** What can be asked, each with its arguments. */
export const requests = {
  info: nothing,
  verify: nothing,
  backup: z.strictObject({
    path: z
      .string()
      .min(1)
      .max(4096)
      .refine((path) => !path.includes('\0'), 'has a null character'),
  }),
  prune: z.strictObject({ dryRun: z.boolean().optional() }),
} as const
export type RequestName = keyof typeof requests
export const isRequestName = (name: string): name is RequestName => Object.hasOwn(requests, name)

const whole = z.number().min(0)
const time = z.number().nullable()
const text = z.string()

/** What comes back. Keys that a newer server adds are passed over. */
export const results = {
  info: z.object({
    driver: text,
    version: text,
    schema: whole,
    bytes: whole,
    files: z.array(
      z.object({
        name: text,
        bytes: whole,
        tier: text,
        from: time,
        to: time,
        state: z.enum(['ok', 'unusable']),
        reason: text.exactOptional(),
      }),
    ),
    tables: z.array(z.object({ name: text, rows: whole, from: time, to: time })),
  }),
  verify: z.object({
    rows: whole,
    files: whole,
    findings: z.array(z.object({ severity: z.enum(['error', 'warning']), where: text, message: text })),
  }),
  backup: z.object({
    path: text,
    rows: whole,
    files: whole,
    bytes: whole,
    missing: z.array(z.object({ name: text, reason: text })).exactOptional(),
  }),
  prune: z.object({ files: z.array(text), bytes: whole }),
} as const

export const answerLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: whole, all: whole, what: text }),
  z.object({ type: z.literal('result'), value: z.unknown() }),
  z.object({ type: z.literal('error'), code: text, message: text, retryable: z.boolean() }),
])
export type AnswerLine = z.output<typeof answerLine>

export const errorLine = (error: unknown): AnswerLine =>
  error instanceof BaseError
    ? { type: 'error', code: error.code, message: error.message, retryable: error.retryable }
    : {
        type: 'error',
        code: 'STORE_FAILED',
        message: error instanceof Error ? error.message : String(error),
        retryable: false,
      }

/** Who of this machine asks, and what for; operations check their own arguments. */
export const accessRequest = z.strictObject({ as: z.string().max(200), args: z.looseObject({}) })

const isAccessErrorCode = (code: string): code is AccessErrorCode =>
  (accessErrorCodes as readonly string[]).includes(code)
const isStoreErrorCode = (code: string): code is StoreErrorCode => (storeErrorCodes as readonly string[]).includes(code)

/** The error as it was thrown on the other side. */
export const errorOf = ({ code, message, retryable }: AnswerLine & { readonly type: 'error' }): BaseError =>
  isStoreErrorCode(code)
    ? new StoreError(code, message, { retryable })
    : isAccessErrorCode(code)
      ? new AccessError(code, message, { retryable })
      : new ServerError('SERVER_CONTROL_REFUSED', message, { retryable })
