/** What was refused, dropped or not understood: a line each, with its rate. What never happened has no line. */
import { useSignal } from '@preact/signals'
import { compact, count, decimal, unknown } from '../format/numbers.ts'
import { type Counts, rateOf, type Samples, type ServerFacts } from './facts.ts'
import { wordsFor } from './words.ts'

interface Loss {
  readonly what: string
  readonly why: string
  readonly code: string
  /** Since the server was started. */
  readonly total: number
  /** Rate a minute; undefined before there are two answers. */
  readonly aMinute: number | undefined
}

type Pick = (facts: ServerFacts) => Counts | undefined

/** Sessions come and go; these ends are normal. */
const usualEnds = new Set(['peer', 'superseded', 'moved', 'drain'])

export function lossesOf(samples: Samples): readonly Loss[] {
  const facts = samples.at(-1)
  if (!facts) return []
  const lines = (what: string, pick: Pick): readonly Loss[] =>
    Object.entries(pick(facts) ?? {}).map(([code, total]) => {
      const rate = rateOf(samples, (one) => pick(one)?.[code] ?? 0)
      return { what, why: wordsFor(code), code, total, aMinute: rate === undefined ? undefined : rate * 60 }
    })
  const groups = (all: Readonly<Record<string, Counts>>, name: (key: string) => string, pick: (key: string) => Pick) =>
    Object.keys(all).flatMap((key) => lines(name(key), pick(key)))
  const { store, work } = facts
  const all = [
    ...groups(
      work.shed,
      (kind) => `dropped, ${kind}`,
      (kind) => (one) => one.work.shed[kind],
    ),
    ...groups(
      store?.shed ?? {},
      (kind) => `not written, ${kind}`,
      (kind) => (one) => one.store?.shed[kind],
    ),
    ...lines('refused', (one) => one.work.refused),
    ...lines('batch sent back', (one) => one.work.batches.nacks),
    ...lines('session ended', (one) => one.work.ended).filter(({ code }) => !usualEnds.has(code)),
    ...groups(
      work.faults,
      (where) => `not understood, ${where}`,
      (where) => (one) => one.work.faults[where],
    ),
    ...lines('store failed', (one) => one.store?.errors),
  ]
  const now = ({ aMinute }: Loss): number => aMinute ?? 0
  return all.filter(({ total }) => total > 0).sort((a, b) => now(b) - now(a) || b.total - a.total)
}

/** Lines shown at first: those that happen now come first. */
const few = 8

export function LossTable({ samples }: { readonly samples: Samples }) {
  const whole = useSignal(false)
  const losses = lossesOf(samples)
  if (losses.length === 0) return <p class="faint">Nothing, since the server was started.</p>
  const shown = whole.value ? losses : losses.slice(0, few)
  return (
    <>
      <table class="server-table loss-table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Why</th>
            <th scope="col" class="num">
              A minute
            </th>
            <th scope="col" class="num">
              Since the start
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ what, why, code, total, aMinute }) => (
            <tr key={`${what} ${code}`} class={aMinute ? 'is-now' : ''}>
              <td>{what}</td>
              <td title={code}>{why}</td>
              <td class="num" data-label="a minute">
                {aMinute === undefined
                  ? unknown
                  : aMinute === 0
                    ? ''
                    : aMinute < 10
                      ? decimal(aMinute, 1)
                      : compact(aMinute)}
              </td>
              <td class="num" data-label="since the start">
                {count(total)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {losses.length > few && (
        <button type="button" class="chip" onClick={() => (whole.value = !whole.value)}>
          {whole.value ? 'Fewer' : `${losses.length - few} more`}
        </button>
      )}
    </>
  )
}
