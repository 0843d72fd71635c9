import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPartialFrameLimit, nothingReceived } from './partial-frames.ts'
import type { PartialFrame } from './partial-frames.ts'

interface Line extends PartialFrame {
  read: number
  gone: boolean
}

const begin = (limit: number, lines: number) => {
  const all: Line[] = Array.from({ length: lines }, () => ({ ...nothingReceived(), read: 0, gone: false }))
  const open = new Set(all)
  const watch = createPartialFrameLimit<Line>({
    limit,
    bytesRead: (line) => line.read,
    cut: (line) => {
      line.gone = true
      open.delete(line)
    },
  })
  return { all, look: () => watch(open) }
}

const MiB = 1 << 20

describe('partial frames', () => {
  it('may hold so much together; above, the largest goes first and no more than needed', () => {
    const { all, look } = begin(20 * MiB, 4)
    ;[4, 9, 6, 0].forEach((mib, i) => ((all[i] as Line).read = mib * MiB))
    look()
    expect(all.map((line) => line.gone)).toEqual([false, false, false, false])
    ;(all[3] as Line).read = 2 * MiB
    look()
    expect(all.map((line) => line.gone)).toEqual([false, true, false, false])
  })

  it('are done with when they have come whole', () => {
    const { all, look } = begin(10 * MiB, 2)
    for (let second = 0; second < 20; second++) {
      for (const line of all) {
        line.read += 12 * MiB
        line.delivered++
      }
      look()
    }
    expect(all.some((line) => line.gone)).toBe(false)
  })

  it('never leave more than the limit behind, but for what is too small to matter', () => {
    const sizes = fc.array(fc.tuple(fc.nat(7), fc.nat(3 * MiB), fc.boolean()), { maxLength: 60 })
    fc.assert(
      fc.property(sizes, (steps) => {
        const { all, look } = begin(4 * MiB, 8)
        for (const [which, bytes, whole] of steps) {
          const line = all[which] as Line
          if (line.gone) continue
          line.read += bytes
          if (whole) line.delivered++
          look()
          const kept = all.filter((one) => !one.gone).reduce((sum, one) => sum + one.read - one.readAtCheck, 0)
          expect(kept).toBeLessThanOrEqual(4 * MiB + 8 * 65_536)
        }
      }),
    )
  })
})
