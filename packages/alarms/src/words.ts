/** Numbers as the sentences of alarms have them. */

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** Two units at most: `3 min 20 s`, `2 d`, `450 ms`. */
export const durationText = (ms: number): string => {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`
  const place = units.findIndex(([, size]) => ms >= size)
  const [unit, size] = units[place] ?? ['s', 1000]
  const [smaller, part] = units[place + 1] ?? [undefined, size]
  const count = Math.floor(ms / size)
  const rest = Math.floor((ms - count * size) / part)
  return smaller === undefined || rest === 0 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${smaller}`
}

const sizes = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

export const bytesText = (bytes: number): string => {
  const place = bytes < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log2(bytes) / 10))
  const amount = bytes / 1024 ** place
  return `${amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount)} ${sizes[place] ?? 'B'}`
}

/** `2026-12-04 06:00 UTC`. */
export const timeText = (at: number): string => {
  const iso = new Date(at).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

/** When something is foreseen, as exactly as a forecast is: by the hour, or by the day. */
export const roughTimeText = (now: number, leftMs: number): string => {
  const hour = 3_600_000
  if (leftMs < hour) return 'within an hour'
  if (leftMs > 48 * hour) return `on ${timeText(now + leftMs).slice(0, 10)}`
  return `around ${timeText(Math.round((now + leftMs) / hour) * hour)}`
}

export const percentText = (share: number): string => `${Math.round(share * 1000) / 10} %`

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`
