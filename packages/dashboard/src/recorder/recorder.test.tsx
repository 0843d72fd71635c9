// @vitest-environment happy-dom
import type { BlockRow } from '@netstats/protocol/feed'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { route, startRouter } from '../router/location.ts'
import { arrangeSealers } from '../state/sealers.ts'
import { change, draw, plain, visit, widths } from '../testing/page.ts'
import { blockRow } from '../testing/rows.ts'
import { channels, type Picture } from './channels.tsx'
import { Recorder } from './recorder.tsx'
import { arrangeSlots } from './slots.ts'

const address = (n: number): string => `0x${n.toString(16).padStart(40, '0')}`
const chain = (length: number, fields: (i: number) => Partial<BlockRow> = () => ({})): BlockRow[] =>
  Array.from({ length }, (_, i) =>
    blockRow({ number: 100 + i, miner: address((i % 3) + 1), ...fields(i) }),
  ).toReversed()
const recorder = (blocks: readonly BlockRow[]) => (
  <Recorder network="1" blocks={blocks} blockTimeMs={5000} known={[]} live roomy={false} />
)
const marks = (path: string | null | undefined): number => (path ?? '').split('M').length - 1

startRouter()
let width: Disposable
beforeEach(() => {
  width = widths(660)
  visit('/n/1')
})
afterEach(() => width[Symbol.dispose]())

describe('the recorder', () => {
  it('draws each block once, in the lane of its sealer', async () => {
    using page = await draw(recorder(chain(9)))
    const lanes = page.all('.channel-sealers path.block').map((lane) => marks(lane.getAttribute('d')))
    expect(lanes).toEqual([3, 3, 3])
    expect(page.all('.lanes li').map((li) => plain(li.textContent))).toEqual([
      expect.stringMatching(/^1.*3$/),
      expect.stringMatching(/^2.*3$/),
      expect.stringMatching(/^3.*3$/),
    ])
    expect(page.text('h2')).toBe('Last 9 blocks')
  })

  it('draws nothing of heights it does not know, and says that there is no block yet', async () => {
    using empty = await draw(recorder([]))
    expect(empty.text('h2')).toBe('No block yet')
    using page = await draw(recorder([blockRow({ number: 110 }), blockRow({ number: 100 })]))
    expect(marks(page.find('.channel-transactions path.bars').getAttribute('d'))).toBe(2)
  })

  it('is read block by block with the arrow keys, spoken, and Enter opens the block', async () => {
    using page = await draw(recorder(chain(9)))
    const paper = page.find('.recorder-paper')
    expect(page.text('.recorder-reading')).toContain('108')
    expect(page.find('.recorder-reading').getAttribute('aria-live')).toBe('off')
    await page.press('ArrowLeft', paper)
    await page.press('ArrowLeft', paper)
    expect(page.text('.recorder-reading')).toContain('107')
    expect(page.find('.recorder-reading').getAttribute('aria-live')).toBe('polite')
    for (let i = 0; i < 5; i++) await page.press('ArrowRight', paper)
    expect(page.text('.recorder-reading')).toContain('108')
    await page.press('Enter', paper)
    expect(route.value).toMatchObject({ page: 'block', hash: chain(9)[0]!.hash })
  })

  it('shows the block under the hand, silently, and the newest when the hand has left', async () => {
    using page = await draw(recorder(chain(20)))
    const paper = page.find('.recorder-paper')
    const point = (x: number) =>
      change(() => paper.dispatchEvent(new PointerEvent('pointermove', { clientX: x, bubbles: true })))
    // Twenty columns of 33 pixels.
    await point(33 * 4 + 5)
    expect(page.text('.recorder-reading')).toContain('104')
    expect(page.find('.recorder-reading').getAttribute('aria-live')).toBe('off')
    await point(5000)
    expect(page.text('.recorder-reading')).toContain('119')
    await point(5)
    await change(() => paper.dispatchEvent(new PointerEvent('pointerleave', { bubbles: false })))
    expect(page.text('.recorder-reading')).toContain('119')
  })

  it('pushes the paper when the head moves on, and stands still for readers who asked for that', async () => {
    const slides = vi.fn()
    Object.defineProperty(SVGElement.prototype, 'animate', { configurable: true, value: slides })
    let calm = false
    vi.spyOn(window, 'matchMedia').mockImplementation(() => ({ matches: calm }) as MediaQueryList)
    using page = await draw(recorder(chain(20)))
    const { render } = await import('preact')
    const next = (length: number) => change(() => render(recorder(chain(length)), page.root))
    expect(slides).not.toHaveBeenCalled()
    await next(21)
    const drawings = page.all('.slides').length
    expect(slides).toHaveBeenCalledTimes(drawings)
    calm = true
    await next(22)
    expect(slides).toHaveBeenCalledTimes(drawings)
    vi.restoreAllMocks()
    Reflect.deleteProperty(SVGElement.prototype, 'animate')
  })
})

describe('channels', () => {
  const pictureOf = (blocks: readonly BlockRow[], columns = 10): Picture => ({
    slots: arrangeSlots(blocks, columns),
    sealers: arrangeSealers(blocks),
    column: 20,
    blockTimeMs: 5000,
  })
  const drawn = async (key: string, blocks: readonly BlockRow[]) => {
    const channel = channels.find((one) => one.key === key)!
    const picture = pictureOf(blocks)
    const page = await draw(<svg>{channel.draw(picture, { column: 20, height: 40 })}</svg>)
    const count = (selector: string): number =>
      page.all(selector).reduce((sum, path) => sum + marks(path.getAttribute('d')), 0)
    return { page, count, channel, picture }
  }

  it('have an end of their scale that one outlier does not flatten', async () => {
    const usual = chain(10)
    const { channel } = await drawn('propagation', usual)
    const late = chain(10, (i) => (i === 4 ? { p95Ms: 90_000 } : {}))
    expect(channel.top?.(pictureOf(usual))).toBe(channel.top?.(pictureOf([...late.slice(0, 4), ...late.slice(6)])))
  })

  it('mark a late block, and not one that is only a little later than the mean', async () => {
    const { count } = await drawn(
      'block-time',
      chain(10, (i) => ({ blockTimeMs: i === 3 ? 9000 : i === 5 ? 5900 : 5000 })),
    )
    expect([count('.bars.is-warn'), count('.bars:not(.is-warn)')]).toEqual([1, 9])
  })

  it('draw gas against its limit, and nothing where it is not known', async () => {
    const { count } = await drawn(
      'gas',
      chain(10, (i) => (i < 4 ? { gasUsed: null } : {})),
    )
    expect([count('.bars.is-pale'), count('.bars:not(.is-pale)')]).toEqual([6, 6])
  })

  it('mark heights that forked, and up to three uncles of a block', async () => {
    const fork = blockRow({ number: 105, hash: '0xf', canonical: false })
    const { page, count } = await drawn('forks', [...chain(10, (i) => ({ uncles: i === 2 ? 7 : 0 })), fork])
    // A mark is two strokes.
    expect([count('.fork-mark'), page.all('.uncle-mark').length]).toEqual([2, 3])
  })

  it('draw a fork by the winner’s own sealer inside its box', async () => {
    const blocks = chain(10)
    const twin = blockRow({ number: 109, hash: '0xf', canonical: false, miner: blocks[0]!.miner })
    const { count } = await drawn('sealers', [twin, ...blocks])
    expect(count('.block-fork')).toBe(1)
  })

  it('read one block each, whatever is not known of it', async () => {
    const nothing = blockRow({
      blockTimeMs: null,
      transactions: null,
      gasUsed: null,
      p95Ms: null,
      uncles: null,
      miner: null,
    })
    for (const channel of channels) {
      using page = await draw(<p>{channel.read(nothing, pictureOf([nothing]))}</p>)
      expect([channel.key, page.text()]).toEqual([channel.key, expect.stringMatching(/–|not known|0, –/)])
    }
  })
})
