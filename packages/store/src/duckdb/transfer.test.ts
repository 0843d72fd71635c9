import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gather, joined, taken } from './transfer.ts'
import type { Part } from './transfer.ts'

/** What the other thread makes of it, and in what parts it came. */
const across = (answer: unknown): { readonly came: unknown; readonly parts: readonly Part[] } => {
  const { rest, parts } = taken(answer)
  const lists = new Map<string | undefined, unknown[]>()
  const all: Part[] = []
  for (const part of parts) {
    all.push(structuredClone(part))
    gather(lists, structuredClone(part))
  }
  return { came: joined(structuredClone(rest), lists), parts: all }
}

describe('an answer on its way to the other thread', () => {
  it('arrives as it was, whatever it is', () => {
    const list = fc.nat(1800).map((length) => Array.from({ length }, (_, row) => ({ row })))
    const answer = fc.oneof(
      list,
      fc.record({ nodes: list, blocks: list, at: fc.nat(), sightings: fc.record({ node: fc.uint32Array() }) }),
      fc.dictionary(fc.string(), fc.oneof(fc.nat(), fc.constant(null), list)),
      fc.constantFrom(undefined, null, 5, 'text', true, new Uint8Array(9999)),
    )
    fc.assert(
      fc.property(answer, (one) => {
        const { came, parts } = across(one)
        expect(came).toEqual(one)
        for (const { rows } of parts) expect(rows.length).toBeLessThanOrEqual(500)
      }),
    )
  })

  it('comes whole where it is short', () => {
    expect(across({ nodes: Array.from({ length: 500 }) }).parts).toEqual([])
    expect(across(Array.from({ length: 501 })).parts).toHaveLength(2)
  })

  it('has no long list left in what moves at last', () => {
    const { rest } = taken({ nodes: Array.from({ length: 9000 }), at: 5 })
    expect(rest).toEqual({ nodes: [], at: 5 })
  })
})
