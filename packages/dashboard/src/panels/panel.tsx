/** Sections with a heading: panels beside the recorder, lists of facts on the pages of nodes and blocks. */
import type { ComponentChildren } from 'preact'

interface PanelProps {
  readonly name: string
  readonly title: string
  readonly note?: ComponentChildren
  readonly children: ComponentChildren
}

export function Panel({ name, title, note, children }: PanelProps) {
  return (
    <section class={`panel panel-${name}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {note !== undefined && <p class="faint">{note}</p>}
      </header>
      {children}
    </section>
  )
}

interface FactsProps {
  readonly title: string
  readonly facts: readonly (readonly [string, ComponentChildren])[]
}

/** A list of names and values. */
export function Facts({ title, facts }: FactsProps) {
  return (
    <section class="fact-list">
      <h2>{title}</h2>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
