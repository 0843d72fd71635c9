import type { Random } from './random.ts'

/** Values that have no business where they are put, as JSON text, since some have no other form. */
const hostileValues = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e400',
  '-1e400',
  '1e21',
  '1e300',
  '9007199254740993',
  '123456789012345678901234567890',
  '""',
  '" "',
  '"NaN"',
  '"-5"',
  '"1e5"',
  '"0x"',
  '"0xzz"',
  '"0x1fffffffffffff"',
  '"0X1F"',
  '"\\ud800"',
  '"\\u0000\\u202e\\u2028"',
  '"<script>alert(1)</script>"',
  '"primus::ping::"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '{"__proto__":{"id":"x","block":{}}}',
  '{"constructor":{"prototype":{}}}',
  '{"length":5}',
  '[{"hash":1},null,[[]]]',
] as const

const longValue = (random: Random): string =>
  random.pick([
    () => JSON.stringify('x'.repeat(random.int(5000))),
    () => `"0x${'f'.repeat(random.int(10_000))}"`,
    () => `"${'9'.repeat(random.int(400))}"`,
    () => `${'['.repeat(200)}${']'.repeat(200)}`,
    () => `[${Array.from({ length: random.int(1500) }, () => '0').join(',')}]`,
  ])()

const hostile = (random: Random): string => (random.int(8) === 0 ? longValue(random) : random.pick(hostileValues))

/** A JSON value anywhere in a frame, or its end; good enough to aim at, since a miss is a mutation too. */
const valueAt = /(?<=[:[,])\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/g

const replaceValue = (frame: string, random: Random): string => {
  const values = [...frame.matchAll(valueAt)]
  if (values.length === 0) return hostile(random)
  const chosen = random.pick(values)
  return frame.slice(0, chosen.index) + hostile(random) + frame.slice(chosen.index + chosen[0].length)
}

const placeholder = 'here comes the hostile value'

/** Puts a hostile value in the place of a whole object or list. The frame stays JSON. */
const replaceContainer = (frame: string, random: Random): string => {
  const tree = tryParse(frame)
  const places: (() => void)[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, child] of Object.entries(value)) {
      places.push(() => Object.assign(value, { [key]: placeholder }))
      walk(child)
    }
  }
  walk(tree)
  if (places.length === 0) return frame
  random.pick(places)()
  return JSON.stringify(tree).replace(`"${placeholder}"`, () => hostile(random))
}

const tryParse = (frame: string): unknown => {
  try {
    return JSON.parse(frame)
  } catch {
    return undefined
  }
}

const addKey = (frame: string, random: Random): string => {
  const opens = [...frame.matchAll(/\{/g)]
  if (opens.length === 0) return frame
  const at = random.pick(opens).index + 1
  const key = random.pick(['__proto__', 'constructor', 'toString', 'id', 'block', 'emit', 'stats', 'number', 'hash'])
  return `${frame.slice(0, at)}"${key}":${hostile(random)},${frame.slice(at)}`
}

const editCharacters = (frame: string, random: Random): string => {
  let out = frame
  for (let n = 1 + random.int(4); n > 0; n--) {
    const at = random.int(out.length + 1)
    const insert = random.pick(['', '"', '\\', '{', '}', ']', ',', ':', '\u0000', '\u2028', '\ud800', ' ', '0', 'e'])
    out = out.slice(0, at) + insert + out.slice(at + random.int(3))
  }
  return out
}

const repeatPart = (frame: string, random: Random): string => {
  const from = random.int(frame.length)
  const to = from + random.int(Math.min(200, frame.length - from))
  return frame.slice(0, to) + frame.slice(from)
}

/** A frame like one of `corpus`, damaged or hostile in one or several of the ways peers and attackers are. */
export const mutateFrame = (corpus: readonly string[], random: Random): string => {
  let frame = random.pick(corpus)
  for (let n = random.pick([1, 1, 1, 2, 3]); n > 0; n--) {
    switch (random.int(16)) {
      case 0:
        frame = editCharacters(frame, random)
        break
      case 1:
        frame = frame.slice(0, random.int(frame.length + 1))
        break
      case 2:
        frame = repeatPart(frame, random)
        break
      case 3: {
        const other = random.pick(corpus)
        frame = frame.slice(0, random.int(frame.length + 1)) + other.slice(random.int(other.length + 1))
        break
      }
      case 4:
      case 5:
      case 6:
        frame = addKey(frame, random)
        break
      case 7:
      case 8:
      case 9:
      case 10:
        frame = replaceContainer(frame, random)
        break
      default:
        frame = replaceValue(frame, random)
    }
  }
  return frame
}
