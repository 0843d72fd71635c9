import type { Logger } from '../logger.ts'

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A logger that keeps its entries, for tests that assert on it; its children write into the same list. */
export interface RecordingLogger extends Logger {
  readonly entries: readonly LogEntry[]
}

export const createRecordingLogger = (): RecordingLogger => {
  const entries: LogEntry[] = []
  const make = (bound: object): RecordingLogger => {
    const at = (level: LogEntry['level']) => (fields: object, message: string) => {
      entries.push({ level, message, fields: { ...bound, ...fields } })
    }
    return {
      entries,
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => make({ ...bound, ...fields }),
    }
  }
  return make({})
}
