import { describe, expect, it } from 'vitest'
import { createEntryJoiner } from './entries.ts'

const context = { now: Date.UTC(2026, 11, 1), utc: true }
const joined = (lines: readonly string[]): readonly string[] => {
  const joiner = createEntryJoiner()
  const entries = lines.flatMap((text, i) => joiner.add({ text, end: i, isCut: false }, context) ?? [])
  return [...entries, joiner.flush()].flatMap((entry) => (entry === undefined ? [] : [entry.text]))
}
const info = 'INFO [12-01|11:44:28.123] Started'

describe('lines of an entry', () => {
  it.each([
    [
      'Java',
      [
        '2026-12-01 11:44:28.123+00:00 | main | ERROR | X | No',
        'java.io.IOException: a',
        '\tat b.c(D.java:1)',
        '\t... 2 more',
      ],
    ],
    [
      '.NET',
      [
        '2026-12-01 11:44:28.1234|ERROR|Init|1|No',
        'System.AggregateException: a',
        '   at B.C()',
        '--- End of stack trace ---',
      ],
    ],
    [
      'Go',
      [
        'panic: runtime error: index out of range',
        '',
        'goroutine 1 [running]:',
        'main.main()',
        '\t/a/b.go:1 +0x1',
        'exit status 2',
      ],
    ],
    ['Rust', ["thread 'main' panicked at src/a.rs:1:2:", '   0: std::panicking', 'note: run with `RUST_BACKTRACE=1`']],
  ])('are joined where they are a stack trace of %s', (_, trace) => {
    const whole = trace.filter((line) => line !== '').join('\n')
    expect(joined([info, ...trace, info])).toEqual([info, whole, info])
  })

  it('are each by themselves where they have no form that is known, and end a trace where they have one', () => {
    expect(joined(['hello', 'world', info, 'again'])).toEqual(['hello', 'world', info, 'again'])
    expect(joined(['panic: x', 'main.main()', info, 'main.main()'])).toEqual([
      'panic: x\nmain.main()',
      info,
      'main.main()',
    ])
  })

  it('are bounded, and empty ones left out', () => {
    const [long = ''] = joined([info, ...Array.from({ length: 5000 }, (_, i) => ` at ${i}`)])
    expect(long.split('\n')).toHaveLength(201)
    expect(joined(['', info, '', ''])).toEqual([info])
  })
})
