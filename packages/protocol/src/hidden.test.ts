import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dialectOf, parseAgentMessage } from './ethstats/mod.ts'
import { hasHidden, replaceHidden } from './hidden.ts'
import { readAgentFrame } from './netstats/mod.ts'
import { nodeId } from './units.ts'

const hidden = {
  'a new line': 'a\nb',
  'a right-to-left override': 'a\u202eb',
  'an isolate': 'a\u2066b',
  'a right-to-left mark': 'a\u200fb',
  'an Arabic letter mark': 'a\u061cb',
  'a zero-width space': 'a\u200bb',
  'a zero-width joiner': 'a\u200db',
  'a word joiner': 'a\u2060b',
  'a soft hyphen': 'a\u00adb',
  'a byte order mark': 'a\ufeffb',
  'a tag': 'a\u{e0041}b',
  'a Hangul filler': 'a\u3164b',
  'a variation selector behind a letter': 'a\ufe0fb',
} as const

const ethstats = (id: string) =>
  parseAgentMessage(
    JSON.stringify({ emit: ['hello', { id, secret: 's', info: { name: id, node: 'Geth/v1' } }] }),
    dialectOf('Geth/v1'),
  )

const netstats = (agent: string, node: string) =>
  readAgentFrame(
    JSON.stringify({
      type: 'hello',
      version: 1,
      agent,
      node,
      info: { name: 'alpha' },
      spool: '0'.repeat(32),
      after: 0,
      acknowledged: 0,
      lives: [{ life: '0'.repeat(16), from: 1 }],
      time: 1,
      software: '',
    }),
    { node: nodeId('alpha') },
  )

describe('characters that nobody sees', () => {
  for (const [what, id] of Object.entries(hidden)) {
    it(`${what} is refused in an id, over ethstats as over netstats`, () => {
      expect(hasHidden(id)).toBe(true)
      expect(() => ethstats(id)).toThrow(expect.objectContaining({ code: 'HELLO_MALFORMED' }))
      const malformed = expect.objectContaining({ code: 'NETSTATS_FIELD_MALFORMED' })
      expect(() => netstats(id, 'alpha')).toThrow(malformed)
      expect(() => netstats('alpha', id)).toThrow(malformed)
    })
  }

  it('leaves names of any script and pictographs alone', () => {
    for (const id of ['alpha', 'Größe', 'ノード', 'нода', 'گره', '노드', '🚀 moon', '❤️ node', 'rack 4 / node-7']) {
      expect([id, hasHidden(id)]).toEqual([id, false])
      expect([ethstats(id), netstats(id, id)]).toMatchObject([{ id }, { agent: id, node: id }])
    }
  })

  it('leaves nothing hidden once they are replaced', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(hasHidden(replaceHidden(text, () => '?'))).toBe(false)
      }),
    )
  })
})
