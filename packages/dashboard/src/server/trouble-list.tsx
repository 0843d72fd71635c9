import { plural } from '../format/numbers.ts'
import { elapsed, instant } from '../format/time.ts'
import { Glyph } from '../ui/glyph.tsx'
import type { Trouble } from './troubles.ts'

interface Props {
  readonly troubles: readonly Trouble[]
  readonly now: number
}

/** The verdict: what is wrong, or that nothing is. */
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

const shapes = { ok: 'head', warn: 'behind', bad: 'inactive', off: 'silent' } as const

/** A disc, a triangle or a cross, as for nodes: the shape says it, the tone repeats it. */
export const Sign = ({ weight }: { readonly weight: keyof typeof shapes }) => <Glyph condition={shapes[weight]} quiet />
