import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cursorPattern, readCursor, writeCursor } from './cursor.ts'

const part = fc.oneof(fc.nat(), fc.string({ maxLength: 70 }))
const scope = fc.array(fc.oneof(fc.string(), fc.nat(), fc.boolean()), { maxLength: 4 })

describe('a cursor', () => {
  it('comes back as it was written, for the list it was written for', () => {
    fc.assert(
      fc.property(scope, fc.array(part, { maxLength: 4 }), (scope, parts) => {
        const text = writeCursor(scope, parts)
        expect(readCursor(scope, text)).toEqual(parts)
        expect(readCursor([...scope, 'another'], text)).toBeUndefined()
      }),
    )
  })

  it('is refused with any one character changed, added or left out', () => {
    const text = writeCursor(['logs', '1337', []], [1, 1_700_000_000_000, 1_700_000_000_000, 42])
    expect(text).toMatch(cursorPattern)
    for (let i = 0; i < text.length; i++) {
      for (const other of ['', 'A', 'z', '-', `${text[i]}0`]) {
        if (other === text[i]) continue
        expect(readCursor(['logs', '1337', []], text.slice(0, i) + other + text.slice(i + 1))).toBeUndefined()
      }
    }
  })

  it('is never more than a refusal of what somebody made up', () => {
    fc.assert(
      fc.property(fc.oneof(fc.base64String(), fc.json(), fc.string()), (text) => {
        expect(readCursor([], text)).toBeUndefined()
        expect(readCursor([], Buffer.from(text).toString('base64url'))).toBeUndefined()
      }),
    )
  })
})
