import { elapsed, instant } from '../format/time.ts'
import { Sign } from './trouble-list.tsx'
import type { PartFacts } from './wire.ts'

const signs = { ok: 'ok', starting: 'warn', degraded: 'warn', failed: 'bad', stopped: 'off' } as const
const order = { failed: 0, degraded: 1, starting: 2, stopped: 3, ok: 4 } as const

export function PartTable({ parts, now }: { readonly parts: readonly PartFacts[]; readonly now: number }) {
  return (
    <table class="server-table part-table">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Part</th>
          <th scope="col">State</th>
          <th scope="col">Since</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {parts
          .toSorted((a, b) => order[a.state] - order[b.state])
          .map(({ id, state, reason, since }) => (
            <tr key={id} class={`is-${signs[state]}`}>
              <td>
                <span class="part-name">
                  <Sign weight={signs[state]} />
                  {id}
                </span>
              </td>
              <td class={state === 'ok' ? 'faint' : undefined}>{state}</td>
              <td class="faint">
                <time title={instant(since)}>for {elapsed(now - since)}</time>
              </td>
              <td>{reason}</td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}
