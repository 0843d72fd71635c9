import { useSignal } from '@preact/signals'
import { compact, count, decimal, unknown } from '../format/numbers.ts'
import { lossesOf } from './losses.ts'
import type { Samples } from './samples.ts'

/** So many are shown at first: those that happen now come first. */
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
