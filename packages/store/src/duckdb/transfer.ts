/** The buffers of typed arrays in a result, at most two levels down: they move to the other thread instead of being copied. */
export const buffersOf = (value: unknown): ArrayBuffer[] => {
  const buffers = new Set<ArrayBuffer>()
  const look = (part: unknown, depth: number): void => {
    if (ArrayBuffer.isView(part)) buffers.add(part.buffer as ArrayBuffer)
    else if (depth > 0 && typeof part === 'object' && part !== null && !Array.isArray(part)) {
      for (const inner of Object.values(part)) look(inner, depth - 1)
    }
  }
  look(value, 2)
  return [...buffers]
}

/** Some rows of a list in an answer: of the property `name`, or of the answer itself. */
export interface Part {
  readonly name: string | undefined
  readonly rows: readonly unknown[]
}

/** To take in as many costs the other thread two or three milliseconds. */
const rowsAPart = 500

const isLong = (list: unknown): list is readonly unknown[] => Array.isArray(list) && list.length > rowsAPart

const cut = function* (name: string | undefined, list: readonly unknown[]): Generator<Part, void> {
  for (let i = 0; i < list.length; i += rowsAPart) yield { name, rows: list.slice(i, i + rowsAPart) }
}

/** An answer without its long lists, and they in parts. */
export interface Taken {
  /** Has empty lists in their places. */
  readonly rest: unknown
  readonly parts: Generator<Part, void>
}

/** Takes long lists out of an answer, at its top or one level down. */
export const taken = (answer: unknown): Taken => {
  if (isLong(answer)) return { rest: [], parts: cut(undefined, answer) }
  if (typeof answer !== 'object' || answer === null || ArrayBuffer.isView(answer))
    return { rest: answer, parts: cut(undefined, []) }
  const long = Object.entries(answer).filter((entry): entry is [string, readonly unknown[]] => isLong(entry[1]))
  const parts = function* () {
    for (const [name, list] of long) yield* cut(name, list)
  }
  const rest = long.length === 0 ? answer : { ...answer, ...Object.fromEntries(long.map(([name]) => [name, []])) }
  return { rest, parts: parts() }
}

/** Puts a part into what has come of its answer so far. */
export const gather = (lists: Map<string | undefined, unknown[]>, { name, rows }: Part): void => {
  const list = lists.get(name)
  if (list === undefined) lists.set(name, [...rows])
  else for (const row of rows) list.push(row)
}

export const joined = (rest: unknown, lists: ReadonlyMap<string | undefined, unknown[]>): unknown =>
  lists.get(undefined) ?? (lists.size === 0 ? rest : { ...(rest as object), ...Object.fromEntries(lists) })
