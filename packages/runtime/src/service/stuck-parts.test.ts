import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStuckParts } from './stuck-parts.ts'

const boundMs = 60

/** Looks at one part at the given steps: how much time passed, and what the part says of its progress then. */
const lookAt = (steps: readonly { readonly afterMs: number; readonly progress: number | undefined }[]): boolean[] => {
  let now = 0
  let progress: number | undefined
  const look = createStuckParts({ monotonic: () => now })
  const part = { id: 'x', boundMs, progress: () => progress }
  return steps.map((step) => {
    now += step.afterMs
    progress = step.progress
    return look([part]).length > 0
  })
}

describe('a part that is watched', () => {
  it('is stuck when it got no further for longer than its bound, and no more once it did', () => {
    expect(
      lookAt([
        { afterMs: 0, progress: 5 },
        { afterMs: 60, progress: 5 },
        { afterMs: 1, progress: 5 },
        { afterMs: 1, progress: 6 },
      ]),
    ).toEqual([false, false, true, false])
  })

  it('is not stuck while it has nothing to do, and its time begins when it has', () => {
    expect(
      lookAt([
        { afterMs: 0, progress: 5 },
        { afterMs: 50, progress: undefined },
        { afterMs: 1000, progress: 5 },
        { afterMs: 60, progress: 5 },
        { afterMs: 1, progress: 5 },
      ]),
    ).toEqual([false, false, false, false, true])
  })

  it('is stuck exactly when all looks of more than the bound saw the same progress', () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 40 }),
      progress: fc.option(fc.integer({ min: 0, max: 1 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const expected = steps.map(({ progress }, at) => {
          if (progress === undefined) return false
          let waited = 0
          for (let i = at; i > 0 && steps[i - 1]?.progress === progress; i--) waited += steps[i]?.afterMs ?? 0
          return waited > boundMs
        })
        expect(lookAt(steps)).toEqual(expected)
      }),
    )
  })
})
