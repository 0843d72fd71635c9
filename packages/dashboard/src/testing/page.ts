/** Draws components into the page of a test (happy-dom), acts on them as a reader would, and takes them away at its end. */
import { type ComponentChild, render } from 'preact'
import { act } from 'preact/test-utils'

// A link that is left to the browser loads nothing in a test.
const { happyDOM } = window as unknown as { readonly happyDOM: { readonly settings: { readonly navigation: object } } }
Object.assign(happyDOM.settings.navigation, {
  disableMainFrameNavigation: true,
  disableChildPageNavigation: true,
  disableFallbackToSetURL: true,
})

export interface Drawn extends Disposable {
  readonly root: HTMLElement
  /** Text as it reads: runs of white space are one space. */
  readonly text: (selector?: string) => string
  /** The first element that matches; fails where there is none. */
  readonly find: (selector: string) => HTMLElement
  readonly all: (selector: string) => HTMLElement[]
  /** A button or link by its text or label. */
  readonly control: (name: string) => HTMLElement
  readonly click: (target: HTMLElement) => Promise<void>
  readonly press: (key: string, target?: HTMLElement, more?: KeyboardEventInit) => Promise<void>
  /** Types a whole text into a field. */
  readonly type: (
    field: HTMLInputElement | HTMLSelectElement,
    text: string,
    event?: 'input' | 'change',
  ) => Promise<void>
}

export const plain = (text: string | null | undefined): string => (text ?? '').replaceAll(/\s+/gu, ' ').trim()

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

/** Changes signals and lets the page draw what follows: effects, and answers that are there already. */
export async function change(run: () => unknown = () => undefined): Promise<void> {
  await act(async () => {
    await run()
    await settle()
  })
  await act(settle)
}

export async function draw(content: ComponentChild): Promise<Drawn> {
  const root = document.createElement('div')
  document.body.append(root)
  await change(() => render(content, root))
  const all = (selector: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(selector)]
  const find = (selector: string): HTMLElement => {
    const found = root.querySelector<HTMLElement>(selector)
    if (!found) throw new Error(`${selector} is not in ${root.innerHTML}`)
    return found
  }
  const nameOf = (element: HTMLElement): string => element.getAttribute('aria-label') ?? plain(element.textContent)
  return {
    root,
    all,
    find,
    text: (selector) => plain((selector === undefined ? root : find(selector)).textContent),
    control: (name) => {
      const found = all('button, a, summary').find((one) => nameOf(one) === name)
      if (!found) throw new Error(`${name} is none of ${all('button, a, summary').map(nameOf).join(' | ')}`)
      return found
    },
    click: (target) => change(() => target.click()),
    press: (key, target = document.body, more = {}) =>
      change(() =>
        target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })),
      ),
    type: (field, text, event = 'input') =>
      change(() => {
        field.value = text
        field.dispatchEvent(new Event(event, { bubbles: true }))
      }),
    [Symbol.dispose]: () => {
      void act(() => render(null, root))
      root.remove()
    },
  }
}

/** Goes to an address without a load, as a test's start. */
export function visit(address: string): void {
  history.replaceState(null, '', address)
  window.dispatchEvent(new PopStateEvent('popstate', { state: null }))
}

/** Elements have a width: nothing is laid out in a test, and drawings without one stay empty. */
export function widths(pixels: number): Disposable {
  const before = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'clientWidth')
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => pixels })
  return {
    [Symbol.dispose]: () => {
      if (before) Object.defineProperty(HTMLElement.prototype, 'clientWidth', before)
      else Reflect.deleteProperty(HTMLElement.prototype, 'clientWidth')
    },
  }
}
