import { Component, type ComponentChild, type FunctionComponent } from 'preact'

/** Draws again only when a property is another value; rows of a long table depend on it. */
export function memo<P extends object>(draw: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const before = this.props as Readonly<P>
      const keys = new Set([...Object.keys(before), ...Object.keys(next)]) as Set<keyof P>
      for (const key of keys) if (before[key] !== next[key]) return true
      return false
    }
    override render(props: P): ComponentChild {
      return draw(props, undefined)
    }
  }
  return Memo as unknown as FunctionComponent<P>
}
