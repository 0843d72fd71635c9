/** The rail: a stretch of time with a handle. Dragging shows a moment when the pointer rests; keys step. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { marksOf, markWords, useRaised } from '../alarms/marks.ts'
import { toneOf } from '../alarms/severity.ts'
import { seconds, serverNow } from '../clock.ts'
import { instant } from '../format/time.ts'
import { rootFontSize, useWidth } from '../ui/measures.ts'
import { hourMs, minuteMs, pastAt, showLive, showMoment, stepBy } from './moment.ts'
import { shareOf, type Stretch, stretchOf, ticksOf, timeAt } from './rail.ts'

/** How long the pointer rests before its moment is shown. */
const restMs = 120

/** A range that moves on with the clock is requested again after such a part of it. */
const requestedParts = 24

export function TimeRail({ network, span }: { readonly network: string; readonly span: number }) {
  const holder = useRef<HTMLDivElement>(null)
  const width = useWidth(holder).value
  const dragged = useSignal<{ readonly stretch: Stretch; readonly at: number } | undefined>(undefined)
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(rest.current), [])
  const at = dragged.value?.at ?? pastAt.value
  // While live the marks move on with the clock; in the past the clock stands still, and so does the rail.
  const now = pastAt.value === undefined ? seconds.value : serverNow()
  const stretch = dragged.value?.stretch ?? stretchOf(pastAt.value, now, span)

  const raised = useRaised(network, undefined, stretch, span / requestedParts)

  const point = (event: PointerEvent): number => {
    const box = holder.current?.firstElementChild?.getBoundingClientRect()
    return box && box.width > 0 ? (event.clientX - box.left) / box.width : 1
  }
  const drag = (event: PointerEvent, frame: Stretch): void => {
    dragged.value = { stretch: frame, at: timeAt(frame, point(event)) }
    clearTimeout(rest.current)
    rest.current = setTimeout(settle, restMs)
  }
  const settle = (): void => {
    clearTimeout(rest.current)
    if (dragged.peek()) showMoment(dragged.peek()!.at)
  }
  return (
    <div
      class="time-rail"
      ref={holder}
      role="slider"
      tabIndex={0}
      aria-label="Moment shown"
      title="Drag, or click, to look at a past moment"
      aria-valuemin={0}
      aria-valuemax={1000}
      aria-valuenow={Math.round((at === undefined ? 1 : shareOf(stretch, at)) * 1000)}
      aria-valuetext={at === undefined ? 'now, live' : instant(at)}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        drag(event, stretch)
      }}
      onPointerMove={(event) => {
        if (dragged.value && event.currentTarget.hasPointerCapture(event.pointerId)) drag(event, dragged.value.stretch)
      }}
      onPointerUp={() => {
        settle()
        dragged.value = undefined
      }}
      onPointerCancel={() => {
        clearTimeout(rest.current)
        dragged.value = undefined
      }}
      onKeyDown={(event) => {
        if (!step(event.key, stretch)) return
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      <Scale stretch={stretch} at={at} width={width} raised={raised} />
    </div>
  )
}

/** Pixels that a mark of an alarm needs. */
const markWidth = 8

/** Height of the line below the top, pixels. */
const line = (): number => Math.round(rootFontSize.value * 0.95)

/** Steps by a key; false for keys that the rail does not use. */
function step(key: string, stretch: Stretch): boolean {
  if (key === 'PageUp') stepBy(-hourMs)
  else if (key === 'PageDown') stepBy(hourMs)
  else if (key === 'ArrowDown') stepBy(-minuteMs)
  else if (key === 'ArrowUp') stepBy(minuteMs)
  else if (key === 'Home') showMoment(stretch.from)
  else if (key === 'End') showLive()
  else return false
  return true
}

interface ScaleProps {
  readonly stretch: Stretch
  readonly at: number | undefined
  readonly width: number
  readonly raised: readonly AlarmRecord[]
}

/** The line of time with its marks, and the handle at the moment shown. */
function Scale({ stretch, at, width, raised }: ScaleProps) {
  // Outside of the stretch there is no place: a share would be cut to its ends.
  const placeOf = (moment: number): number => ((moment - stretch.from) / (stretch.to - stretch.from)) * width
  const x = at === undefined ? width : shareOf(stretch, at) * width
  return (
    <svg width={width} height={Math.round(rootFontSize.value * 2)} aria-hidden="true">
      <path class="time-line" d={`M0 ${line()}H${width}`} />
      {ticksOf(stretch, width / (rootFontSize.value * 5.2)).map((tick) => {
        const tickX = shareOf(stretch, tick.at) * width
        return (
          <g key={tick.at}>
            <path class="time-tick" d={`M${tickX} ${line() - 5}v5`} />
            {tickX > 20 && tickX < width - 20 && (
              <text x={tickX} y={line() + rootFontSize.value * 0.95} text-anchor="middle">
                {tick.text}
              </text>
            )}
          </g>
        )
      })}
      {marksOf(raised, placeOf, width, markWidth).map((mark) => (
        <path
          key={mark.alarm.id}
          class={`time-alarm is-${toneOf(mark.alarm.severity)}`}
          d={`M${mark.x - 3.5} ${line() - 12}h7L${mark.x} ${line() - 5}Z`}
        >
          <title>{`${instant(mark.alarm.startsAt)} ${markWords(mark)}`}</title>
        </path>
      ))}
      {at === undefined ? (
        <circle class="time-now-mark" cx={Math.max(0, width - 4)} cy={line()} r={4} />
      ) : (
        <>
          <path class="time-past-line" d={`M${x} ${line()}H${width}`} />
          <path class="time-handle" d={`M${x - 6} 1h12v6l-6 6l-6 -6Z`} />
          <path class="time-hand" d={`M${x} 12V${line() + 5}`} />
        </>
      )}
    </svg>
  )
}
