/** Numbers as text by our own rules, the same in every locale: narrow no-break spaces between thousands, a point. */
export const gap = '\u202f'
/** Stands for "not known" in every cell; never a zero. */
export const unknown = '–'

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, gap)

/** A whole number, `18 204 331`. */
export function count(n: number | null | undefined): string {
  if (n === null || n === undefined || !Number.isFinite(n)) return unknown
  const digits = group(Math.abs(Math.round(n)).toFixed(0))
  return Math.round(n) < 0 ? `−${digits}` : digits
}

/** A count with its word: `1 tx`, `12 txs`. */
export const plural = (n: number | null, one: string, many: string): string => `${count(n)} ${n === 1 ? one : many}`

/** A number with a fixed number of decimals, `5.02`. */
export function decimal(n: number | null | undefined, places: number): string {
  if (n === null || n === undefined || !Number.isFinite(n)) return unknown
  const [whole = '0', part] = Math.abs(n).toFixed(places).split('.')
  const sign = n < 0 && Number(n.toFixed(places)) !== 0 ? '−' : ''
  return `${sign}${group(whole)}${part ? `.${part}` : ''}`
}

const scales = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** Three significant digits and a scale, `24.1 M`; whole below a thousand. */
export function compact(n: number | null | undefined): string {
  if (n === null || n === undefined || !Number.isFinite(n)) return unknown
  // Rounded first, so that 999 960 becomes 1.00 M and not 1000 k.
  const rounded = Number(n.toPrecision(3))
  for (const [size, letter] of scales) {
    if (Math.abs(rounded) >= size) {
      const value = rounded / size
      return `${decimal(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)}${gap}${letter}`
    }
  }
  return count(n)
}

/** A share of one as percent: `42 %`, `0.4 %`, and never `100 %` for less than all. */
export function share(n: number | null | undefined): string {
  return n === null || n === undefined ? unknown : percent(n * 100)
}

/** Percent with as many digits as tell it from 0 and 100: `99.97 %`. */
export function percent(n: number | null | undefined): string {
  if (n === null || n === undefined || !Number.isFinite(n)) return unknown
  if (n === 0 || n === 100) return `${n}${gap}%`
  if (n > 99 && n < 100) return `${decimal(Math.floor(n * 100) / 100, 2)}${gap}%`
  return `${decimal(n, n < 10 ? 1 : 0)}${gap}%`
}

/** Bytes in binary units, `12.4 KiB`. */
export function bytes(n: number | null | undefined): string {
  if (n === null || n === undefined || !Number.isFinite(n)) return unknown
  if (n < 1024) return `${count(n)}${gap}B`
  if (n < 1024 ** 2) return `${decimal(n / 1024, 1)}${gap}KiB`
  if (n < 1024 ** 3) return `${decimal(n / 1024 ** 2, 1)}${gap}MiB`
  return n < 1024 ** 4 ? `${decimal(n / 1024 ** 3, 1)}${gap}GiB` : `${decimal(n / 1024 ** 4, 1)}${gap}TiB`
}
