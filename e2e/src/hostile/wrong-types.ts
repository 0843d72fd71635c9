/** A frame once for every field of it and every value that has no business there. */
const wrong: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  '',
  'x',
  '0x',
  '0xzz',
  `0x${'f'.repeat(10_000)}`,
  '9'.repeat(10_000),
  'NaN',
  '-Infinity',
  '\u0000\u001b[2J',
  '\ud800',
  [],
  {},
  [[[[]]]],
  { toString: 1, valueOf: null, length: 1e9 },
]

type Path = readonly (string | number)[]

const paths = function* (value: unknown, at: Path = []): Generator<Path> {
  yield at
  if (typeof value !== 'object' || value === null) return
  const keys = Array.isArray(value) ? value.slice(0, 3).map((_, i) => i) : Object.keys(value)
  for (const key of keys) yield* paths((value as Record<string | number, unknown>)[key], [...at, key])
}

const replaced = (value: unknown, path: Path, by: unknown): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return by
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

export const wrongTypes = function* (frame: string): Generator<string> {
  const value: unknown = JSON.parse(frame)
  for (const path of paths(value)) for (const by of wrong) yield JSON.stringify(replaced(value, path, by))
}
