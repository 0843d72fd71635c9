import type { Progress } from '@netstats/store'

/** Standard error where somebody looks at it: one line that is written over. */
export interface Terminal {
  readonly columns: number
  write(text: string): void
}

interface ProgressOptions {
  readonly terminal: Terminal | undefined
  /** Lines where nobody looks, as in a log of cron. */
  readonly err: (line: string) => void
  /** Milliseconds that never step. */
  readonly now: () => number
}

export interface ProgressLine extends Disposable {
  show(step: Progress): void
}

const redrawMs = 100
const lineMs = 10_000

/** On a terminal one line that goes when the work is done; elsewhere a line every ten seconds, none for short work. */
export const openProgress = ({ terminal, err, now }: ProgressOptions): ProgressLine => {
  let shownAt = now()
  let drawn = false
  return {
    show(step) {
      const at = now()
      if (at - shownAt < (terminal === undefined ? lineMs : redrawMs)) return
      shownAt = at
      const text = words(step)
      if (terminal === undefined) err(text)
      else {
        terminal.write(`\r\u001b[2K${text.slice(0, Math.max(0, terminal.columns - 1))}`)
        drawn = true
      }
    },
    [Symbol.dispose]() {
      if (drawn) terminal?.write('\r\u001b[2K')
      drawn = false
    },
  }
}

const words = ({ done, all, what }: Progress): string => {
  const share = `${String(Math.floor(100 * Math.min(1, done / all))).padStart(3)} %  ${done} of ${all}`
  // What is worked on is the name of a file or a table; whatever it holds, it stays on its line.
  return `${all > 0 ? share : done}  ${what.replaceAll(/\p{Cc}/gu, ' ')}`
}
