/** What can be asked of the store on the admin socket: arguments, answer, and what is run. */
import { isAbsolute } from 'node:path'
import { fileTroubles } from '@netstats/store'
import type { AdminOptions } from '@netstats/store'
import { z } from 'zod'
import type { StoreAdmin } from './admin.ts'

const whole = z.number().min(0)
const time = z.number().nullable()
const text = z.string()
const nothing = z.strictObject({})

const trouble = z.object({
  name: text,
  tier: text,
  what: z.enum(fileTroubles),
  message: text,
  resumePoints: z.boolean(),
})

interface StoreOperation<A extends z.ZodObject, R extends z.ZodType> {
  readonly args: A
  /** Keys that a newer server adds are passed over. */
  readonly result: R
  readonly run: (admin: StoreAdmin, args: z.output<A>, options: AdminOptions) => Promise<unknown>
}

const operation = <A extends z.ZodObject, R extends z.ZodType>(one: StoreOperation<A, R>): StoreOperation<A, R> => one

export const storeOperations = {
  info: operation({
    args: nothing,
    result: z.object({
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
    run: (admin, _, options) => admin.info(options),
  }),
  verify: operation({
    args: nothing,
    result: z.object({
      rows: whole,
      files: whole,
      findings: z.array(z.object({ severity: z.enum(['error', 'warning']), where: text, message: text })),
    }),
    run: (admin, _, options) => admin.verify(options),
  }),
  backup: operation({
    args: z.strictObject({
      path: text
        .max(4096)
        .refine(isAbsolute, 'it is not absolute')
        .refine((path) => !path.includes('\0'), 'has a null character'),
    }),
    result: z.object({
      path: text,
      rows: whole,
      files: whole,
      bytes: whole,
      also: z.array(text).exactOptional(),
      missing: z.array(z.object({ name: text, reason: text })).exactOptional(),
    }),
    run: (admin, { path }, options) => admin.backup(path, options),
  }),
  accept: operation({
    args: nothing,
    result: z.object({ files: z.array(trouble), left: z.array(trouble) }),
    run: (admin, _, options) => admin.accept(options),
  }),
  prune: operation({
    args: z.strictObject({ dryRun: z.boolean().default(false) }),
    result: z.object({ files: z.array(text), bytes: whole }),
    run: (admin, { dryRun }, options) => admin.prune({ dryRun, ...options }),
  }),
} as const
export type StoreOperationName = keyof typeof storeOperations
