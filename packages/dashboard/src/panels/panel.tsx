import type { ComponentChildren } from 'preact'

interface Props {
  readonly name: string
  readonly title: string
  readonly note?: ComponentChildren
  readonly children: ComponentChildren
}

export function Panel({ name, title, note, children }: Props) {
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
