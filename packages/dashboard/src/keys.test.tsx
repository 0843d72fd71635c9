// @vitest-environment happy-dom
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addKeys, isOwnKey, startKeys } from './keys.ts'
import { draw } from './testing/page.ts'

beforeAll(startKeys)

describe('keys', () => {
  it('belong to fields while typing, but for Escape', () => {
    expect(isOwnKey('j', 'INPUT', false)).toBe(true)
    expect(isOwnKey('j', 'DIV', true)).toBe(true)
    expect(isOwnKey('Escape', 'INPUT', false)).toBe(false)
  })

  it('leave Enter to buttons and links, and take it elsewhere', () => {
    expect(isOwnKey('Enter', 'BUTTON', false)).toBe(true)
    expect(isOwnKey('Enter', 'A', false)).toBe(true)
    expect(isOwnKey('Enter', 'TR', false)).toBe(false)
    expect(isOwnKey('j', 'BUTTON', false)).toBe(false)
  })
})

describe('a key that is pressed', () => {
  const done: string[] = []
  const removes: (() => void)[] = []
  const add = (name: string, keys: readonly string[], answer?: unknown): (() => void) => {
    const remove = addKeys(
      Object.fromEntries(
        keys.map((key) => [
          key,
          () => {
            done.push(`${name} ${key}`)
            return answer
          },
        ]),
      ),
    )
    removes.push(remove)
    return remove
  }
  const press = (key: string, more: KeyboardEventInit = {}, target: HTMLElement = document.body): boolean => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
    target.dispatchEvent(event)
    return event.defaultPrevented
  }
  afterEach(() => {
    for (const remove of removes.splice(0)) remove()
    done.length = 0
  })

  it('goes to the newest part that wants it, and back to the one before when that is gone', () => {
    add('page', ['j', 'k'])
    const remove = add('table', ['j'])
    press('j')
    press('k')
    remove()
    remove()
    press('j')
    expect(done).toEqual(['table j', 'page k', 'page j'])
  })

  it('is taken from the browser only where it was used', () => {
    add('page', ['j'])
    add('table', ['k'], false)
    expect([press('j'), press('k'), press('x')]).toEqual([true, false, false])
  })

  it('means something of its own with the shift key, where somebody says so', () => {
    add('rail', ['ArrowLeft', 'Shift+ArrowLeft', '<'])
    press('ArrowLeft', { shiftKey: true })
    press('<', { shiftKey: true })
    press('ArrowLeft')
    expect(done).toEqual(['rail Shift+ArrowLeft', 'rail <', 'rail ArrowLeft'])
  })

  it('is the browser’s with control, alt or command, and in a field', async () => {
    add('page', ['t', 'Escape'])
    for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) press('t', more)
    using page = await draw(<input />)
    press('t', {}, page.find('input'))
    expect(done).toEqual([])
    press('Escape', {}, page.find('input'))
    expect(done).toEqual(['page Escape'])
  })

  it('does nothing behind an open dialog', async () => {
    add('page', ['t'])
    using _page = await draw(<dialog open>Keys</dialog>)
    press('t')
    expect(done).toEqual([])
  })
})
