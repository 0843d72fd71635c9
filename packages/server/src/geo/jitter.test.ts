import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jitter } from './jitter.ts'

const vienna = { latitude: 48, longitude: 16 }

describe('the jitter of a country', () => {
  it('puts a node at the same point every time, and two nodes at two points', () => {
    expect(jitter(vienna, 'a')).toEqual(jitter(vienna, 'a'))
    const points = new Set(Array.from({ length: 500 }, (_, i) => JSON.stringify(jitter(vienna, `node-${i}`))))
    expect(points.size).toBeGreaterThan(495)
  })

  it('fills the disc around the middle evenly', () => {
    const all = Array.from({ length: 2000 }, (_, i) => jitter(vienna, `node-${i}`))
    const distance = (p: { latitude: number; longitude: number }) => Math.hypot(p.latitude - 48, p.longitude - 16)
    expect(Math.max(...all.map(distance))).toBeLessThanOrEqual(1.501)
    // A quarter of the disc lies within half its radius.
    expect(all.filter((p) => distance(p) < 0.75).length / all.length).toBeCloseTo(0.25, 1)
    expect(all.filter((p) => p.latitude > 48).length / all.length).toBeCloseTo(0.5, 1)
  })

  it('stays on the globe', () => {
    const latitude = fc.double({ min: -90, max: 90, noNaN: true })
    const longitude = fc.double({ min: -180, max: 180, noNaN: true })
    fc.assert(
      fc.property(fc.record({ latitude, longitude }), fc.string(), (centre, node) => {
        const point = jitter(centre, node)
        expect(Math.abs(point.latitude)).toBeLessThanOrEqual(90)
        expect(Math.abs(point.longitude)).toBeLessThanOrEqual(180)
      }),
    )
    const fiji = Array.from({ length: 50 }, (_, i) => jitter({ latitude: -17, longitude: 179.9 }, `${i}`).longitude)
    expect(fiji.some((one) => one < -178)).toBe(true)
    expect(fiji.some((one) => one > 178)).toBe(true)
  })
})
