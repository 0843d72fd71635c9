/** Headers as somebody would make them who wants to be believed, or to cost us time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createChain } from './chain.ts'
import type { Facts } from './facts.ts'
import { HeaderError, parseHeader } from './header.ts'
import { toHex } from './hex.ts'
import { encodeRlp, decodeRlp, RlpError } from './rlp.ts'
import type { RlpItem } from './rlp.ts'
import { forge } from './test-support/forgery.ts'
import { chainFiles, readVectors, rulesFor } from './test-support/vectors.ts'

const byFile = chainFiles.map((file) => {
  const vectors = readVectors(file)
  return { vectors, rules: rulesFor(vectors) }
})
const someVector = fc
  .constantFrom(...byFile)
  .chain(({ vectors, rules }) => fc.constantFrom(...vectors).map((vector) => ({ vector, rules })))

/** Fields whose text is not what was sealed: OpenEthereum writes another step there. */
const unsealed = new Set(['step'])

const tryAdd = (header: unknown, rules = {}): Facts | undefined => {
  try {
    return createChain(rules).add(parseHeader(header))
  } catch (error) {
    if (error instanceof HeaderError) return undefined
    throw error
  }
}

/** Numbers may be written in several ways. */
const saysTheSame = (a: unknown, b: unknown): boolean => {
  if (typeof b !== 'string' && typeof b !== 'number') return false
  return a === b || (typeof a === 'string' && b !== '' && Number(a) === Number(b))
}

const isAttributed = (facts: Facts | undefined): boolean =>
  facts !== undefined && (facts.sealer !== undefined || facts.commitSealers !== undefined || facts.missed !== undefined)

describe('a header', () => {
  it('with one bit changed anywhere is attributed to nobody', () => {
    fc.assert(
      fc.property(someVector, fc.nat(), fc.nat(), fc.nat(3), ({ vector, rules }, which, where, bit) => {
        const header = structuredClone(vector.header) as Record<string, unknown>
        const { sealFields } = header
        const places: [Record<string, unknown>, string][] = Object.keys(header)
          .filter((name) => typeof header[name] === 'string' && !unsealed.has(name))
          .map((name) => [header, name])
        if (Array.isArray(sealFields))
          sealFields.forEach((_, index) => places.push([sealFields as unknown as Record<string, unknown>, `${index}`]))
        const [from, name] = places[which % places.length] ?? [header, 'hash']
        const text = from[name] as string
        const start = text.startsWith('0x') ? 2 : 0
        fc.pre(text.length > start)
        const at = start + (where % (text.length - start))
        const digit = (parseInt(text[at] ?? '0', 16) ^ (1 << bit)).toString(16)
        from[name] = text.slice(0, at) + digit + text.slice(at + 1)
        expect(isAttributed(tryAdd(header, rules))).toBe(false)
      }),
      { numRuns: 1500 },
    )
  })

  it('of anything at all is refused by field or attributed to nobody, unless it says the same', () => {
    const names = Object.keys(readVectors('clique-public')[1]?.header ?? {})
    const value = fc.oneof(
      fc.string(),
      fc.nat(),
      fc.constant(null),
      fc.array(fc.string()),
      fc.constant('0x'),
      fc.object(),
    )
    const spoilt = fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1 })
    fc.assert(
      fc.property(someVector, spoilt, ({ vector, rules }, changes) => {
        const facts = tryAdd({ ...vector.header, ...changes }, rules)
        const isChanged = Object.keys(changes).some(
          (name) => name in vector.header && !saysTheSame(vector.header[name], changes[name]),
        )
        if (isChanged) expect(isAttributed(facts)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('with more than any header has is refused before it costs work', () => {
    const { header } = readVectors('clique-public')[1] ?? { header: {} }
    expect(() => parseHeader({ ...header, extraData: `0x${'00'.repeat(200_000)}` })).toThrow(
      /extraData: is longer than/,
    )
    expect(() => parseHeader({ ...header, number: `0x${'f'.repeat(1_000_000)}` })).toThrow(/number: is no whole number/)
    expect(() => parseHeader({ ...header, number: '0xffffffffffffffff' })).toThrow(/number: is beyond 2\^53/)
    expect(() =>
      parseHeader({ ...header, sealFields: Array(100_000).fill('0x80'), mixHash: undefined, nonce: undefined }),
    ).toThrow(/sealFields: is no list/)
  })
})

describe('a forged block whose hash is right', () => {
  it('is attributed to nobody where its signer is none of the set', () => {
    const [genesis, first, second] = readVectors('clique-net-18420')
    const chain = createChain()
    chain.add(parseHeader(genesis?.header))
    chain.add(parseHeader(first?.header))
    // The seal of another block is a good signature, of nobody in particular.
    const extraData = String(first?.header['extraData']).slice(0, 66) + String(second?.header['extraData']).slice(66)
    const forged = parseHeader({ ...first?.header, extraData })
    const { hash } = chain.add(forged)
    const facts = chain.add({ ...forged, hash })
    expect(facts).toMatchObject({ hashMatches: true, fault: 'not-a-validator' })
    expect(isAttributed(facts)).toBe(false)
  })

  it('does not take the place of the real one', () => {
    const [genesis, first] = readVectors('clique-net-18420')
    const chain = createChain()
    chain.add(parseHeader(genesis?.header))
    const real = chain.add(parseHeader(first?.header))
    const forged = { ...parseHeader(first?.header), extraData: new Uint8Array(97) }
    expect(chain.add(forged).hashMatches).toBe(false)
    expect(chain.facts(real.hash)).toBe(real)
  })
})

describe('headers made from those of real networks', () => {
  it('in every way somebody may think of are attributed to nobody, and what is kept is bounded', () => {
    const counts = forge(1000, 3, undefined, ['clique-public', 'ibft2-besu-18480'])
    expect(counts.headers).toBe(1000)
    for (const count of [counts.unreadable, counts.mismatched, counts.faulty, counts.same])
      expect(count).toBeGreaterThan(10)
  })
})

describe('RLP', () => {
  const item = fc.letrec<{ item: RlpItem }>((tie) => ({
    item: fc.oneof({ maxDepth: 5 }, fc.uint8Array({ maxLength: 80 }), fc.array(tie('item'), { maxLength: 6 })),
  })).item

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(item, (one) => {
        const bytes = encodeRlp(one)
        expect(toHex(encodeRlp(decodeRlp(bytes)))).toBe(toHex(bytes))
      }),
    )
  })

  it('reads one form of each item only, so that no two texts hash differently and mean the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(toHex(encodeRlp(decodeRlp(bytes)))).toBe(toHex(bytes))
        } catch (error) {
          if (!(error instanceof RlpError)) throw error
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('refuses what nests or repeats without end', () => {
    const deep = Array.from({ length: 20 }, () => 0).reduce<RlpItem>((inner) => [inner], [])
    expect(() => decodeRlp(encodeRlp(deep))).toThrow('nested too deep')
    expect(() => decodeRlp(Uint8Array.of(0xf9, 0x20, 0x00, ...new Uint8Array(0x2000)))).toThrow('too many items')
  })
})

describe('a chain', () => {
  it('keeps as many blocks as it is told to, and forgets the oldest', () => {
    const chain = createChain({ keep: 10 })
    const hashes = readVectors('clique-net-18420').map(({ header }) => chain.add(parseHeader(header)).hash)
    expect(chain.size).toBe(10)
    expect(chain.facts(hashes[0] ?? '0x')).toBeUndefined()
    expect(chain.facts(hashes.at(-1) ?? '0x')).toMatchObject({ number: 227 })
  })
})
