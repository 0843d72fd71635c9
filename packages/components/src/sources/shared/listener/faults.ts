/** What senders do wrong: each counted by its reason, one of them shown in the log at most once a minute. */
import type { SourceContext } from '@netstats/sdk'
import type { Tallies } from './tallies.ts'

export interface Faults {
  /** Data that is not what the protocol says; `sample`: the piece that is wrong. */
  malformed(reason: string, sample: Buffer | string, address: string): void
  /** Data or a connection that was not taken, whatever it holds. */
  refused(reason: string, address: string): void
}

const everyMs = 60_000
const sampleLength = 200

export const createFaults = ({ clock, log }: Pick<SourceContext, 'clock' | 'log'>, tallies: Tallies): Faults => {
  const voiceOf = (message: string, name: string) => {
    let saidAt = -Infinity
    let since = 0
    return (reason: string, address: string, sample?: Buffer | string): void => {
      tallies.of(name, { reason }).n++
      since++
      if (clock.monotonic() - saidAt < everyMs) return
      saidAt = clock.monotonic()
      log.warn({ reason, address, count: since, ...(sample === undefined ? {} : { sample: shown(sample) }) }, message)
      since = 0
    }
  }
  const malformed = voiceOf('malformed data came in', 'malformed')
  return {
    malformed: (reason, sample, address) => malformed(reason, address, sample),
    refused: voiceOf('data or a connection was refused', 'refused'),
  }
}

/** Printable, and short. */
const shown = (sample: Buffer | string): string => {
  const text = typeof sample === 'string' ? sample.slice(0, sampleLength) : sample.toString('latin1', 0, sampleLength)
  return text.replaceAll(/[^\x20-\x7e]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
