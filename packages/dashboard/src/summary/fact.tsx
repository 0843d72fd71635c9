import type { ComponentChildren } from 'preact'

interface Props {
  readonly label: string
  readonly title?: string
  readonly tone?: 'warn' | 'bad' | undefined
  readonly children: ComponentChildren
}

/** A number and what it is. */
export function Fact({ label, title, tone, children }: Props) {
  return (
    <div class={tone ? `fact is-${tone}` : 'fact'} title={title}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

export function FactGroup({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <section class="facts" aria-label={name}>
      <h3>{name}</h3>
      {children}
    </section>
  )
}
