import type { ComponentChildren } from 'preact'

interface Props {
  readonly title: string
  readonly facts: readonly (readonly [string, ComponentChildren])[]
}

/** A list of names and values. */
export function Facts({ title, facts }: Props) {
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
