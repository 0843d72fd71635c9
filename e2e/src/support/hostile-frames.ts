/** Frames that a server must survive: what kills the classic servers, wrong types everywhere, and mutations at random. */

/** Section by section what takes down eth-netstats and its forks, before a login. */
export const killers: readonly string[] = [
  'null',
  '{"emit":["hello"]}',
  '{"emit":["stats"]}',
  '{"emit":["node-ping"]}',
  '{"emit":null}',
  '{"emit":{}}',
  '{"emit":[]}',
  '{"emit":[null]}',
  '{"emit":[["hello"]]}',
  '{"emit":["hello",null]}',
  '{"emit":["hello",[]]}',
  '{"emit":["hello",{"id":null,"info":null,"secret":null}]}',
  '[]',
  '0',
  'true',
  '""',
  '"primus::"',
  '"primus::ping::"',
  '"primus::pong::x"',
  '"primus::server::close"',
  '{"_latency":null}',
  '{"_latency":"9e999"}',
]

/** What takes them down after one; `ID` stands for the session's own id. */
export const killersAfterLogin: readonly string[] = [
  '{"emit":["history",{"id":"ID"}]}',
  '{"emit":["history",{"id":"ID","history":null}]}',
  '{"emit":["history",{"id":"ID","history":[null,false,0,"x",{},[]]}]}',
  '{"emit":["history",{"id":"ID","history":{"length":1e9}}]}',
  '{"emit":["block",{"id":"ID","block":null}]}',
  '{"emit":["block",{"id":"ID","block":{}}]}',
  '{"emit":["block",{"id":"ID"}]}',
  '{"emit":["stats",{"id":"ID","stats":null}]}',
  '{"emit":["pending",{"id":"ID","stats":{"pending":null}}]}',
  '{"emit":["update",{"id":"ID","stats":null}]}',
  '{"emit":["latency",{"id":"ID","latency":{}}]}',
  '{"emit":["headEvent",{"id":"ID","event":null}]}',
  '{"emit":["block_new_payload",{"id":"ID","block":null}]}',
  '{"emit":["new-payload",{"id":"ID","payload":[]}]}',
  '{"emit":["hello",{"id":"ID","info":null}]}',
  '{"emit":["__proto__",{"id":"ID"}]}',
  '{"emit":["constructor",{"id":"ID"}]}',
  '{"emit":["stats",{"id":"ID","stats":{"__proto__":{"active":false},"constructor":{"prototype":{"x":1}},"active":true}}]}',
]

export const deepFrames = (depth: number): readonly string[] => [
  '['.repeat(depth),
  '['.repeat(depth) + ']'.repeat(depth),
  `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
  `{"emit":["block",{"id":"ID","block":${'['.repeat(depth)}${']'.repeat(depth)}}]}`,
  `{"emit":["stats",{"id":"ID","stats":${'{"syncing":'.repeat(depth)}true${'}'.repeat(depth)}}]}`,
]

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

/** A frame once for every field and every wrong value. */
export const wrongTypes = function* (frame: string): Generator<string> {
  const value: unknown = JSON.parse(frame)
  for (const path of paths(value)) for (const by of wrong) yield JSON.stringify(replaced(value, path, by))
}

/** A small seeded generator: a failing run can be repeated from its seed. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const shards = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\u0000',
  'null',
  'true',
  '1e999',
  '-',
  '"__proto__"',
  '\\ud800',
  '"emit"',
  ' ',
]

/** A frame with one to five random wounds: bytes changed, cut, doubled, or sharp bits of JSON pushed in. */
export const mutated = (frame: string, random: () => number): string => {
  let text = frame
  const wounds = 1 + Math.floor(random() * 5)
  for (let i = 0; i < wounds; i++) {
    const at = Math.floor(random() * (text.length + 1))
    const span = Math.floor(random() * 20)
    const shard = shards[Math.floor(random() * shards.length)] ?? ''
    const kind = random()
    if (kind < 0.3) text = text.slice(0, at) + shard + text.slice(at)
    else if (kind < 0.5) text = text.slice(0, at) + text.slice(at + span)
    else if (kind < 0.7) text = text.slice(0, at) + text.slice(at, at + span).repeat(3) + text.slice(at + span)
    else if (kind < 0.9)
      text = text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x2ff)) + text.slice(at + 1)
    else text = text.slice(0, at)
  }
  return text
}
