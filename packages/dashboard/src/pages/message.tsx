import type { ComponentChildren } from 'preact'

interface Props {
  readonly title: string
  readonly children?: ComponentChildren
}

/** A page with nothing to draw: says what is the matter and where to go. */
export function Message({ title, children }: Props) {
  return (
    <section class="message">
      <svg class="message-drawing" viewBox="0 0 240 40" aria-hidden="true">
        <path d="M0 30H70M86 30H104M120 30H240" />
        <path class="message-gap" d="M74 16V36M82 16V36M108 16V36M116 16V36" />
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
