import { describe, expect, it } from 'vitest'
import { openProgress } from './progress.ts'

const open = (columns?: number) => {
  let at = 0
  const lines: string[] = []
  const written: string[] = []
  const terminal = columns === undefined ? undefined : { columns, write: (text: string) => void written.push(text) }
  const progress = openProgress({ terminal, err: (line) => void lines.push(line), now: () => at })
  return { progress, lines, written, pass: (ms: number) => (at += ms) }
}

describe('progress', () => {
  it('is one line on a terminal, as wide as it, and gone at the end', () => {
    const { progress, lines, written, pass } = open(20)
    pass(200)
    progress.show({ done: 1, all: 4, what: 'a long name\n of a file' })
    pass(10)
    progress.show({ done: 2, all: 4, what: 'too soon' })
    pass(100)
    progress.show({ done: 3, all: 4, what: 'b' })
    progress[Symbol.dispose]()
    progress[Symbol.dispose]()
    expect(written).toEqual(['\r\u001b[2K 25 %  1 of 4  a lo', '\r\u001b[2K 75 %  3 of 4  b', '\r\u001b[2K'])
    expect(lines).toEqual([])
  })

  it('is a line now and then in a log, and none for short work', () => {
    const { progress, lines, pass } = open()
    progress.show({ done: 1, all: 4, what: 'a' })
    expect(lines).toEqual([])
    pass(10_000)
    progress.show({ done: 2, all: 4, what: 'b' })
    pass(9999)
    progress.show({ done: 3, all: 4, what: 'c' })
    progress[Symbol.dispose]()
    expect(lines).toEqual([' 50 %  2 of 4  b'])
  })

  it('leaves out a share that nobody knows', () => {
    const { progress, lines, pass } = open()
    pass(10_000)
    progress.show({ done: 2, all: 0, what: 'b' })
    expect(lines).toEqual(['2  b'])
  })
})
