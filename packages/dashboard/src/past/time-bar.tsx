/**
 * The time bar. While live: a quiet rail of the last hours. In the past: the moment in words, in a tone of its
 * own with a clock, steps, and the way back.
 */
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { serverNow } from '../clock.ts'
import { useTopic } from '../feed/topics.ts'
import { elapsed, instant, momentWords } from '../format/time.ts'
import { addKeys } from '../keys.ts'
import { keptColumns } from '../recorder/recorder.tsx'
import { wall } from '../router/location.ts'
import { hourMs, minuteMs, past, pastAt, showLive, showMoment, stepBlock, stepBy } from './moment.ts'
import { spans } from './rail.ts'
import { TimeRail } from './time-rail.tsx'

/** How much time the rail shows. */
const span = signal<number>(spans[2][0])

export function TimeBar({ network }: { readonly network: string }) {
  const at = pastAt.value
  const blocks = useTopic({ topic: 'blocks', network, limit: keptColumns + 12 }).value.data?.blocks ?? []
  const newest = useRef(blocks)
  newest.current = blocks
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const block = (by: -1 | 1) => (): void => void stepBlock(network, newest.current, by)
    const back = (): boolean => {
      const away = pastAt.peek() !== undefined
      if (away) showLive()
      return away
    }
    return addKeys({
      ',': block(-1),
      '.': block(1),
      ArrowLeft: () => stepBy(-minuteMs),
      ArrowRight: () => stepBy(minuteMs),
      'Shift+ArrowLeft': () => stepBy(-10 * minuteMs),
      'Shift+ArrowRight': () => stepBy(10 * minuteMs),
      '<': () => stepBy(-hourMs),
      '>': () => stepBy(hourMs),
      g: () => field.current?.focus(),
      l: back,
      Escape: back,
    })
  }, [network])
  if (wall.value && at === undefined) return null
  return (
    <section class={at === undefined ? 'time-bar' : 'time-bar is-past'} aria-label="Time">
      {at !== undefined && <PastWords at={at} />}
      <TimeRail network={network} span={span.value} />
      <div class="time-tools">
        {at !== undefined && <Steps network={network} blocks={() => newest.current} />}
        <label class="visually-hidden" for="moment">
          Moment to show
        </label>
        <input
          id="moment"
          ref={field}
          type="datetime-local"
          step={1}
          title="Go to a moment (g)"
          value={at === undefined ? '' : instant(at).replace(' ', 'T')}
          onChange={(event) => {
            const moment = new Date(event.currentTarget.value).getTime()
            if (!Number.isNaN(moment)) showMoment(moment)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
          }}
        />
        <label class="visually-hidden" for="span">
          Length of the rail
        </label>
        <select
          id="span"
          value={span.value}
          title="Length of the rail"
          onChange={(event) => {
            span.value = Number(event.currentTarget.value)
          }}
        >
          {spans.map(([ms, text]) => (
            <option key={ms} value={ms}>
              {text}
            </option>
          ))}
        </select>
      </div>
    </section>
  )
}

function PastWords({ at }: { readonly at: number }) {
  const now = serverNow()
  return (
    <div class="time-words">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M3.5 6.5A8 8 0 1 1 2 10M3.2 2v4.8H8M10 5.5V10L13.4 12.4" />
      </svg>
      <p role="status">
        <b>You look at the past: {momentWords(at, now)}</b>
        <span class="time-ago">
          {elapsed(now - at)} ago, nothing moves{past.waiting.value ? '; loading the history…' : '.'}
        </span>
      </p>
      <button type="button" class="time-back" onClick={showLive}>
        Back to live <kbd>Esc</kbd>
      </button>
    </div>
  )
}

interface StepsProps {
  readonly network: string
  readonly blocks: () => Parameters<typeof stepBlock>[1]
}

function Steps({ network, blocks }: StepsProps) {
  return (
    <div class="time-steps" role="group" aria-label="Steps">
      {back.map(([ms, text, key]) => (
        <Step key={ms} text={`−${text}`} title={`${text} back (${key})`} act={() => stepBy(-ms)} />
      ))}
      <Step text="−block" title="One block back (,)" act={() => void stepBlock(network, blocks(), -1)} />
      <Step text="+block" title="One block on (.)" act={() => void stepBlock(network, blocks(), 1)} />
      {ahead.map(([ms, text, key]) => (
        <Step key={ms} text={`+${text}`} title={`${text} on (${key})`} act={() => stepBy(ms)} />
      ))}
    </div>
  )
}

const back = [
  [hourMs, '1 h', '<'],
  [10 * minuteMs, '10 min', 'Shift ←'],
  [minuteMs, '1 min', '←'],
] as const
const ahead = [
  [minuteMs, '1 min', '→'],
  [10 * minuteMs, '10 min', 'Shift →'],
  [hourMs, '1 h', '>'],
] as const

const Step = ({ text, title, act }: { readonly text: string; readonly title: string; readonly act: () => void }) => (
  <button type="button" class="chip" title={title} onClick={act}>
    {text}
  </button>
)
