import { scalar } from './scalar.ts'
import type { Scalar } from './scalar.ts'

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/** Reads `64MiB`, `1.5GB`, `512B` as bytes; undefined for anything else. */
export const trySize = (text: string): number | undefined => {
  const [, amount, unit = ''] = /^(\d{1,16}(?:\.\d{1,6})?)([kKMGT]?i?B)$/.exec(text) ?? []
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined
  if (amount === undefined || factor === undefined) return undefined
  const bytes = Number(amount) * factor
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Bytes in the largest binary unit that loses nothing: 67108864 is `64MiB`. */
export const formatSize = (bytes: number): string => {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const factor = units[unit] ?? 1
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`
  }
  return `${bytes}B`
}

export interface SizeOptions {
  readonly min?: string
  readonly max?: string
}

/** A number of bytes with its unit: `64MiB`. Give a default with `.prefault('64MiB')`. */
export const size = (options: SizeOptions = {}): Scalar<number> => {
  const min = options.min === undefined ? 0 : bound(options.min)
  const max = options.max === undefined ? Number.MAX_SAFE_INTEGER : bound(options.max)
  const least = options.min === undefined ? '' : ` of at least ${options.min}`
  const most = options.max === undefined ? '' : `${least === '' ? ' of' : ' and'} at most ${options.max}`
  const expected = `a size${least}${most} with its unit, such as 512KiB, 64MiB or 2GiB`
  return scalar({
    kind: 'size',
    expected,
    examples: ['64MiB', '512KiB', '2GiB'],
    read: (value) => {
      const bytes = typeof value === 'string' ? trySize(value) : undefined
      return bytes === undefined || bytes < min || bytes > max ? { expected } : { value: bytes }
    },
  })
}

const bound = (text: string): number => {
  const bytes = trySize(text)
  if (bytes === undefined) throw new TypeError(`"${text}" is no size`)
  return bytes
}
