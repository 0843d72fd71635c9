/** What an answer of success says of those that were not taken (partial success). */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

export interface PartialSuccess {
  /** Data points or records. */
  readonly rejected: number
  readonly reason: string
}

const none: PartialSuccess = { rejected: 0, reason: '' }

/** Of an answer that cannot be read nothing is known but that it was a success. */
export const partialOf = (type: string, bytes: Buffer): PartialSuccess => {
  try {
    return type.startsWith('application/json') ? fromJson(bytes) : fromProtobuf(bytes)
  } catch {
    return none
  }
}

const fromJson = (bytes: Buffer): PartialSuccess => {
  if (bytes.length === 0) return none
  const { partialSuccess: said = {} } = JSON.parse(bytes.toString('utf8')) as {
    readonly partialSuccess?: Readonly<Record<string, unknown>>
  }
  const rejected = Number(said['rejectedDataPoints'] ?? said['rejectedLogRecords'] ?? 0)
  const reason = said['errorMessage']
  return { rejected: countOf(rejected), reason: typeof reason === 'string' ? reason : '' }
}

/** `partial_success = 1 { rejected = 1, error_message = 2 }`. */
const fromProtobuf = (bytes: Buffer): PartialSuccess => {
  let rejected = 0
  let reason = ''
  const outer = new BinaryReader(bytes)
  while (outer.pos < outer.len) {
    const [field, type] = outer.tag()
    if (field !== 1 || type !== WireType.LengthDelimited) {
      outer.skip(type, field)
      continue
    }
    const inner = new BinaryReader(outer.bytes())
    while (inner.pos < inner.len) {
      const [number, form] = inner.tag()
      if (number === 1 && form === WireType.Varint) rejected = countOf(Number(inner.int64()))
      else if (number === 2 && form === WireType.LengthDelimited) reason = inner.string()
      else inner.skip(form, number)
    }
  }
  return { rejected, reason }
}

const countOf = (value: number): number => (Number.isSafeInteger(value) && value > 0 ? value : 0)
