import { plural } from '../format/numbers.ts'
import { elapsed, instant } from '../format/time.ts'
import type { Trouble } from './troubles.ts'

interface Props {
  readonly troubles: readonly Trouble[]
  readonly now: number
}

/** The answer to why somebody was woken, or that there is nothing. */
export function TroubleList({ troubles, now }: Props) {
  const bad = troubles.filter(({ weight }) => weight === 'bad').length
  const words =
    troubles.length === 0
      ? 'All is well.'
      : bad === 0
        ? `${plural(troubles.length, 'thing needs', 'things need')} a look; nothing is broken.`
        : `${plural(bad, 'thing is', 'things are')} broken.`
  const weight = troubles.length === 0 ? 'ok' : bad === 0 ? 'warn' : 'bad'
  return (
    <section class={`verdict is-${weight}`} aria-label="What is wrong">
      <p role="status">
        <Sign weight={weight} />
        {words}
      </p>
      {troubles.length > 0 && (
        <ul>
          {troubles.map(({ title, detail, since, weight }) => (
            <li key={title} class={`trouble is-${weight}`}>
              <Sign weight={weight} />
              <b>{title}</b>
              <span class="trouble-detail">{detail}</span>
              {since !== undefined && (
                <time class="faint" title={instant(since)}>
                  for {elapsed(now - since)}
                </time>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** A disc, a triangle or a cross, as for nodes: the shape tells it, the tone repeats it. */
export function Sign({ weight }: { readonly weight: 'ok' | 'warn' | 'bad' | 'off' }) {
  const shape = { ok: 'head', warn: 'behind', bad: 'inactive', off: 'silent' }[weight]
  const paths = {
    ok: 'M5 1.4a3.6 3.6 0 1 1 0 7.2a3.6 3.6 0 1 1 0-7.2Z',
    warn: 'M0.8 1.8H9.2L5 9Z',
    bad: 'M1.6 1.6L8.4 8.4M8.4 1.6L1.6 8.4',
    off: 'M2 5H8',
  }
  return (
    <svg class={`glyph is-${shape}`} viewBox="0 0 10 10" aria-hidden="true">
      <path d={paths[weight]} />
    </svg>
  )
}
