import { createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { openParts } from './parts.ts'
import type { Parts } from './parts.ts'

const setup = () => {
  const log = createRecordingLogger()
  const ends: string[] = []
  const part = (parts: Parts, name: string, ending?: Error): Promise<string> =>
    parts.open(name, (stack) => {
      stack.defer(() => {
        ends.push(name)
        if (ending !== undefined) throw ending
      })
      return name
    })
  return { log, ends, part }
}

describe('the parts of a role', () => {
  it('are opened one after the other, and closed in reverse order', async () => {
    const { log, ends, part } = setup()
    const { role, parts } = await openParts({ log }, async (opening) => [
      await part(opening, 'a'),
      await part(opening, 'b'),
    ])
    expect([role, parts.names]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    await parts[Symbol.asyncDispose]()
    expect(ends).toEqual(['b', 'a'])
  })

  it('that are open are closed where the next one fails, also half of that one, and the reason is thrown', async () => {
    const { log, ends, part } = setup()
    const opening = openParts({ log }, async (parts) => {
      await part(parts, 'a')
      await parts.open('b', (stack) => {
        stack.defer(() => void ends.push('half of b'))
        throw new Error('no port')
      })
    })
    await expect(opening).rejects.toThrow('no port')
    expect(ends).toEqual(['half of b', 'a'])
  })

  it('that cannot be closed are named, and keep no other from closing', async () => {
    const { log, ends, part } = setup()
    const { parts } = await openParts({ log }, async (opening) => {
      await part(opening, 'a')
      await part(opening, 'b', new Error('stuck'))
      await part(opening, 'c')
    })
    await expect(parts[Symbol.asyncDispose]()).rejects.toThrow('stuck')
    expect(ends).toEqual(['c', 'b', 'a'])
    expect(log.entries.map(({ fields }) => fields)).toEqual([{ part: 'b', reasons: ['stuck'] }])
  })

  it('fail the start with why they did, and not with how the others ended', async () => {
    const { log, part } = setup()
    const opening = openParts({ log }, async (parts) => {
      await part(parts, 'a', new Error('stuck'))
      throw new Error('no port')
    })
    await expect(opening).rejects.toThrow('no port')
    expect(log.entries).toHaveLength(1)
  })

  it('fail where what follows their opening does', async () => {
    const { log, ends, part } = setup()
    const onOpened = (name: string): void => {
      if (name === 'b') throw new Error(`${name} is refused`)
    }
    const opening = openParts({ log, onOpened }, async (parts) => {
      await part(parts, 'a')
      await part(parts, 'b')
    })
    await expect(opening).rejects.toThrow('b is refused')
    expect(ends).toEqual(['b', 'a'])
  })
})
