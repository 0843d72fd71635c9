// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { holdClock } from '../clock.ts'
import { arrangeSealers } from '../state/sealers.ts'
import { change, draw, plain } from '../testing/page.ts'
import { blockRow } from '../testing/rows.ts'
import { Command } from './command.tsx'
import { Glyph, StateGlyph } from './glyph.tsx'
import { Numerals } from './strokes.tsx'
import { SeriesStrip, Strip } from './strips.tsx'
import { Ago, Sealer } from './values.tsx'

afterEach(() => void vi.unstubAllGlobals())

describe('a command to copy', () => {
  const copied: string[] = []
  let allowed = true
  beforeEach(() => {
    copied.length = 0
    allowed = true
    vi.stubGlobal('isSecureContext', true)
    vi.spyOn(navigator.clipboard, 'writeText').mockImplementation((text) => {
      if (!allowed) return Promise.reject(new DOMException('denied', 'NotAllowedError'))
      copied.push(text)
      return Promise.resolve()
    })
  })

  it('says when it is copied', async () => {
    using page = await draw(<Command text={'a\n  b'} label="the lines" />)
    await page.click(page.control('Copy the lines'))
    expect([copied, page.text('button')]).toEqual([['a\n  b'], 'Copied'])
  })

  it('can still be selected where the browser does not let it be copied', async () => {
    allowed = false
    using page = await draw(<Command text="a" />)
    await page.click(page.control('Copy'))
    expect([page.text('button'), page.text('pre')]).toEqual(['Copy', 'a'])
    vi.stubGlobal('isSecureContext', false)
    using plainHttp = await draw(<Command text="a" />)
    expect(plainHttp.all('button')).toEqual([])
  })
})

describe('the sign of a condition', () => {
  it('says itself in words, unless they stand beside it', async () => {
    using page = await draw(
      <>
        <Glyph condition="behind" />
        <Glyph condition="behind" quiet />
      </>,
    )
    const [spoken, quiet] = page.all('svg')
    expect([spoken?.getAttribute('role'), plain(spoken?.textContent)]).toEqual(['img', 'behind'])
    expect([quiet?.getAttribute('aria-hidden'), plain(quiet?.textContent)]).toEqual(['true', ''])
  })

  it('settles where the condition of its node changed, and not where its row shows another node', async () => {
    const { render } = await import('preact')
    using page = await draw(<StateGlyph id="a" condition="head" />)
    const show = (id: string, condition: 'head' | 'behind') =>
      change(() => render(<StateGlyph id={id} condition={condition} />, page.root))
    const settles = (): boolean => page.find('svg').classList.contains('settles')
    await show('b', 'behind')
    expect(settles()).toBe(false)
    await show('b', 'head')
    expect(settles()).toBe(true)
    await show('a', 'behind')
    expect(settles()).toBe(false)
  })
})

describe('values', () => {
  it('count on with the clock of the page, and name their moment', async () => {
    holdClock(100_000)
    using page = await draw(<Ago at={88_000} />)
    expect(page.text()).toMatch(/^12.s$/)
    await change(() => holdClock(101_000))
    expect(page.text()).toMatch(/^13.s$/)
    expect(page.find('time').title).toMatch(/^1970-01-0/)
    using never = await draw(<Ago at={null} />)
    expect(never.text()).toBe('–')
  })

  it('name a sealer by its number, and nobody where none is said', async () => {
    const miner = `0x${'a'.repeat(40)}`
    const sealers = arrangeSealers([blockRow({ miner })])
    using page = await draw(<Sealer address={miner} sealers={sealers} />)
    expect(page.text()).toBe('10xaaaa…aaaa')
    using nobody = await draw(<Sealer address={`0x${'0'.repeat(40)}`} sealers={sealers} />)
    expect(nobody.all('.sealer-tag')).toEqual([])
  })

  it('are drawn in figures of our own, and read as a number', async () => {
    using page = await draw(<Numerals value={1234} label="Head block" />)
    expect(page.find('.numerals').getAttribute('aria-label')).toBe('Head block 1234')
    expect([page.all('svg').length, page.all('.numerals-gap').length]).toEqual([4, 1])
    using none = await draw(<Numerals value={null} label="Head block" />)
    expect(none.find('.numerals').getAttribute('aria-label')).toBe('Head block not known')
  })
})

describe('strips', () => {
  it('have a sentence as their name', async () => {
    using page = await draw(
      <>
        <Strip values={[-1, 30, -1, 40]} topMs={100} />
        <Strip values={[]} topMs={100} />
      </>,
    )
    expect(page.all('svg').map((svg) => plain(svg.getAttribute('aria-label')))).toEqual([
      '2 of 4 heights, last 40 ms',
      'no delays known',
    ])
  })

  it('draw the newest blocks at the right edge, and none where gas is not known', async () => {
    using page = await draw(<SeriesStrip values={[10, null, 30]} limits={[100, 100, 100]} />)
    const bars = page.all('path').map((path) => (path.getAttribute('d') ?? '').split('M').slice(1))
    expect(bars.map((list) => list.length)).toEqual([2, 2])
    expect(bars.map((list) => Number.parseFloat(list.at(-1) ?? ''))).toEqual([295.5, 295.5])
  })
})
