import type { ComponentChildren } from 'preact'

interface Props {
  readonly title: string
  readonly children?: ComponentChildren
}

/** The place in the saw-tooth that is empty. */
const missing = 6

/** A page with nothing to draw: says what is the matter and where to go. */
export function Message({ title, children }: Props) {
  return (
    <section class="message">
      <svg class="message-drawing" viewBox="0 0 240 64" aria-hidden="true">
        {Array.from({ length: 12 }, (_, i) => (
          <path
            key={i}
            class={i === missing ? 'message-gap' : ''}
            d={`M${i * 20 + 1} ${(i % 4) * 16 + 1}h14v11h-14Z`}
          />
        ))}
      </svg>
      <h1>{title}</h1>
      {children}
    </section>
  )
}

export function Waiting({ what }: { readonly what: string }) {
  return (
    <p class="quiet-note" role="status">
      Asking for {what}…
    </p>
  )
}
