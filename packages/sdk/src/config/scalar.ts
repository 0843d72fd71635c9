import { z } from 'zod'

/**
 * What a config value turned out to be. `expected` completes the sentence "found …, expected …"; `found` replaces the
 * value in it where the value must not be shown.
 */
export type Reading<T> =
  | { readonly value: T }
  | { readonly expected: string; readonly found?: string }
  /** The whole message, for faults that are not about the form of the value. */
  | { readonly fault: string }

export interface ScalarOptions<T> {
  /** Word for the type column of option tables. */
  readonly kind: string
  readonly expected: string
  readonly examples: readonly string[]
  readonly read: (value: unknown) => Reading<T>
}

export type Scalar<T> = z.ZodPipe<z.ZodUnknown, z.ZodTransform<T>>

/** A zod type whose values are written in one word with a form of their own, such as `5s` or `64MiB`. */
export const scalar = <T>(options: ScalarOptions<T>): Scalar<T> => {
  const { kind, expected, examples, read } = options
  return z
    .unknown()
    .transform((input, context): T => {
      const reading = read(input)
      if ('value' in reading) return reading.value
      context.issues.push({ code: 'custom', input, params: { ...reading }, message: 'invalid' })
      return z.NEVER
    })
    .meta({ kind, expected, examples: [...examples] })
}
