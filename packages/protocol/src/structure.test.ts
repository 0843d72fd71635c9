import { describe, expect, it } from 'vitest'
import { structureFault } from './structure.ts'

const bounds = { maxDepth: 4, maxContainers: 10 }
const long = ' '.repeat(300_000)

describe('the structure of a JSON text', () => {
  it('is looked at before parsing where the text is long', () => {
    expect(structureFault(`[[[[[]]]]]${long}`, bounds)).toBe('deep')
    expect(structureFault(`[${'{},'.repeat(10)}0]${long}`, bounds)).toBe('many')
    expect(structureFault(`[[[[]]]]${long}`, bounds)).toBeUndefined()
    expect(structureFault('[[[[[]]]]]', bounds)).toBeUndefined()
  })

  it('is not made of what stands in strings', () => {
    expect(structureFault(`["[[[[[{{{{{","\\"[[[[[[","\\\\",[]]${long}`, bounds)).toBeUndefined()
    expect(structureFault(`["\\\\",[[[[[]]]]]]${long}`, bounds)).toBe('deep')
    expect(structureFault(`["never closed [[[[[${long}`, bounds)).toBeUndefined()
  })
})
