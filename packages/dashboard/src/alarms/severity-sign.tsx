import type { Level } from './severity.ts'

/** An outline each, so that severities are told apart without colour: octagon, triangle, hollow triangle, diamond. */
const shapes: Readonly<Record<Level, string>> = {
  critical: 'M3 0.4H7L9.6 3V7L7 9.6H3L0.4 7V3Z',
  major: 'M5 0.6L9.8 9.2H0.2Z',
  minor: 'M5 1.2L9 8.6H1Z',
  warning: 'M5 1L9 5L5 9L1 5Z',
  ok: 'M5 1.4a3.6 3.6 0 1 1 0 7.2a3.6 3.6 0 1 1 0-7.2Z',
  unknown: 'M2 5H8',
}
const marks: Partial<Readonly<Record<Level, string>>> = {
  critical: 'M5 2.2V5.7M5 6.9V7.9',
  major: 'M5 3.6V6.4M5 7.3V8.2',
}

interface Props {
  readonly level: Level
  /** The alarm is over. */
  readonly over?: boolean
}

/** The shape of a severity. A word stands beside it wherever it is drawn. */
export function SeveritySign({ level, over = false }: Props) {
  return (
    <svg class={`severity-sign is-${level}${over ? ' is-over' : ''}`} viewBox="0 0 10 10" aria-hidden="true">
      <path d={shapes[level]} />
      {marks[level] !== undefined && <path class="severity-mark" d={marks[level]} />}
    </svg>
  )
}
