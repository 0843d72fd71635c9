import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')

/** Colours of the first rule whose selector is exactly this. */
function tonesOf(selector: string): ReadonlyMap<string, string> {
  const start = css.indexOf(`${selector} {`)
  const rule = css.slice(start, css.indexOf('}', start))
  return new Map([...rule.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]))
}

const light = tonesOf(':root')
const darkByChoice = tonesOf(':root[data-theme="dark"]')
const darkBySystem = tonesOf(':root:not([data-theme="light"])')

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const themes = [
  ['light', light],
  ['dark', darkByChoice],
] as const

describe.each(themes)('tones of the %s theme', (_name, tones) => {
  const tone = (name: string): string => tones.get(name)!

  it.each(['ink', 'ink-2', 'ink-3', 'signal', 'warn', 'bad'])('make text in %s readable on every ground', (name) => {
    for (const ground of ['ground', 'raised', 'signal-soft']) {
      expect(contrast(tone(name), tone(ground)), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  })

  it('make the words about the past readable', () => {
    expect(contrast(tone('ground'), tone('past'))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(tone('past'), tone('ground'))).toBeGreaterThanOrEqual(4.5)
    for (const name of ['ink', 'ink-2', 'ink-3'])
      expect(contrast(tone(name), tone('past-soft')), name).toBeGreaterThanOrEqual(4.5)
  })

  it('make the number on every sealer readable', () => {
    for (let i = 1; i <= 8; i++) {
      expect(contrast(tone('tone-ink'), tone(`tone-${i}`)), `tone ${i}`).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(tone('tone-ink'), tone('bar')), 'unknown sealer').toBeGreaterThanOrEqual(4.5)
  })

  it('set marks apart from the ground', () => {
    for (const name of ['bar', 'signal', 'warn-fill', 'bad-fill']) {
      expect(contrast(tone(name), tone('ground')), name).toBeGreaterThanOrEqual(3)
    }
  })
})

describe('the dark theme', () => {
  it('is the same by choice and by system', () => {
    expect(darkBySystem).toEqual(darkByChoice)
    expect([...light.keys()]).toEqual(expect.arrayContaining([...darkByChoice.keys()]))
  })
})
