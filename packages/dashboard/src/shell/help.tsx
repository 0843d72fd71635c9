import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { conditions, conditionWords } from '../state/condition.ts'
import { Glyph } from '../ui/glyph.tsx'

export const helpOpen = signal(false)

const keys = [
  ['/', 'filter the nodes'],
  ['j k ↓ ↑', 'move between rows'],
  ['Enter', 'open the row'],
  ['p', 'pin the row to the top'],
  ['← →', 'a minute back and on; with the recorder in focus read its blocks'],
  ['⇧← ⇧→', 'ten minutes back and on'],
  ['< >', 'an hour back and on'],
  [', .', 'a block back and on'],
  ['g', 'go to a moment: type its date and time'],
  ['l Esc', 'from the past back to live'],
  ['+ −', 'charts: zoom in and out around the cursor; ← → read them'],
  ['f', 'logs: hold the lines still, or follow them'],
  ['!', 'the alarms'],
  ['i z', 'alarms: acknowledge the row, silence it'],
  ['s', 'the health of the server'],
  ['a', 'the agents'],
  ['t', 'theme: auto, light, dark'],
  ['w', 'wall mode and back'],
  ['Esc', 'live: clear the filter; charts: zoom out; close this'],
  ['?', 'this sheet'],
] as const

/** Keys and signs. A dialog of the browser: focus stays inside and returns. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (helpOpen.value) dialog.current?.showModal()
    else dialog.current?.close()
  }, [helpOpen.value])
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => (helpOpen.value = false)}>
      <h2 id="help-title">Keys and signs</h2>
      <dl>
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <dl>
        {conditions.map((condition) => (
          <div key={condition}>
            <dt>
              <Glyph condition={condition} quiet />
            </dt>
            <dd>{conditionWords[condition]}</dd>
          </div>
        ))}
        <div>
          <dt>
            <svg class="glyph" viewBox="0 0 10 10" aria-hidden="true">
              <path class="block-fork" d="M1 2H9V8H1Z" />
            </svg>
          </dt>
          <dd>a block that is not canonical: another of its height won</dd>
        </div>
      </dl>
      <p class="faint">
        A delay is counted from the first report of a block by any node. Grey strips share one scale, so rows compare.
      </p>
      <p>
        <button type="button" class="chip" onClick={() => (helpOpen.value = false)}>
          Close
        </button>
      </p>
    </dialog>
  )
}
