import type { ComponentChildren } from 'preact'

interface Props {
  readonly label: string
  readonly title?: string
  readonly tone?: 'warn' | 'bad' | undefined
  /** What stands below, smaller. */
  readonly aside?: ComponentChildren
  /** Share of the room that is taken, drawn as a bar. */
  readonly used?: number | undefined
  readonly children: ComponentChildren
}

/** A figure with its name, and the room it has. */
export function Figure({ label, title, tone, aside, used, children }: Props) {
  return (
    <div class={tone ? `figure is-${tone}` : 'figure'} title={title}>
      <dt>{label}</dt>
      <dd>
        <b>{children}</b>
        {used !== undefined && (
          <span class={used >= 0.8 ? 'meter is-tight' : 'meter'} aria-hidden="true">
            <i style={{ transform: `scaleX(${Math.min(1, Math.max(0, used)).toFixed(3)})` }} />
          </span>
        )}
        {aside !== undefined && <small>{aside}</small>}
      </dd>
    </div>
  )
}

export const FigureRow = ({ children }: { readonly children: ComponentChildren }) => <dl class="figures">{children}</dl>
