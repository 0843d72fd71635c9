/** Tones of the drawing, read from the page's tokens: a canvas knows no CSS variables. */
export interface Pens {
  readonly strong: string
  readonly dashed: string
  readonly dotted: string
  readonly pale: string
  readonly band: string
  readonly rule: string
  readonly text: string
  readonly gap: string
  readonly present: string
  readonly track: string
  readonly missing: string
  readonly face: string
}

export function readPens(): Pens {
  const style = getComputedStyle(document.documentElement)
  const tone = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    strong: tone('signal'),
    dashed: tone('ink-2'),
    dotted: tone('warn-fill'),
    pale: tone('bar'),
    band: tone('band'),
    rule: tone('hair'),
    text: tone('ink-3'),
    gap: tone('well'),
    present: tone('bar'),
    track: tone('bar-pale'),
    missing: tone('bad-fill'),
    face: tone('face'),
  }
}

export const dashes = { strong: [], dashed: [6, 3], dotted: [1.5, 2.5], pale: [] } as const
export const widths = { strong: 1.7, dashed: 1.4, dotted: 1.7, pale: 1.2 } as const
