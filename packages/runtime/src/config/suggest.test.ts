import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, nearest } from './suggest.ts'

describe('suggestions', () => {
  it('find the word that was meant, whatever its spelling', () => {
    const known = ['listen', 'maxBytes', 'nodes', 'secret']
    expect(['lisetn', 'max_bytes', 'node', 'Secret', 'weather'].map((word) => nearest(word, known))).toEqual([
      'listen',
      'maxBytes',
      'nodes',
      'secret',
      undefined,
    ])
  })
  it('count edits the same from either side', () => {
    const word = fc.string({ maxLength: 8 })
    fc.assert(fc.property(word, word, (a, b) => editDistance(a, b, 20) === editDistance(b, a, 20)))
  })
})
