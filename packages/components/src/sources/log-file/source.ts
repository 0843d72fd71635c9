import { basename } from 'node:path'
import { severityNames } from '@netstats/sdk'
import type { Checkpointed, Source, SourceContext, StatusReporter } from '@netstats/sdk'
import type { LogFileConfig } from './config.ts'
import type { Entry } from './entries.ts'
import { createFollowed } from './follow.ts'
import type { Followed } from './follow.ts'
import { writePosition } from './identity.ts'
import { observationsOf } from './observations.ts'
import type { Tail } from './tail.ts'

/** Says how it is when that changes. */
const createReporter = (status: StatusReporter): ((trouble: string | undefined) => void) => {
  let said: string | undefined
  return (trouble) => {
    if (trouble === said && said !== undefined) return
    said = trouble
    if (trouble === undefined) status.ok()
    else status.degraded(trouble)
  }
}

/**
 * Follows files. Each line goes to the spool with the place behind it, in one transaction, so that after any end it is read on
 * exactly there. It waits for the disk: what is not read yet waits in the files.
 */
export const openLogFileSource = (config: LogFileConfig, context: SourceContext): Source => {
  const { clock, status } = context
  const disposed = new AbortController()
  const leastSevere = severityNames.indexOf(config.severity)
  const report = createReporter(status)
  const itemsOf = (tail: Tail, entries: readonly Entry[]): readonly Checkpointed[] => {
    const forms = new Map<string, number>()
    const now = clock.now()
    const source = config.program ?? basename(tail.position.path)
    const items = entries.map((entry): Checkpointed => {
      const form = entry.line?.form ?? 'unknown'
      forms.set(form, (forms.get(form) ?? 0) + 1)
      tail.position = { ...tail.position, offset: entry.end }
      return {
        observations: observationsOf(entry, { node: config.node, source, now, leastSevere }),
        checkpoint: { key: tail.key, value: writePosition(tail.position) },
      }
    })
    for (const [form, lines] of forms) context.count('lines', { form }, lines)
    return items
  }
  const formContext = () => ({ now: clock.now(), utc: config.utc })

  /** Reads every file to its end, a piece of each in turn. */
  async function* readAll(files: Followed, signal: AbortSignal): AsyncGenerator<readonly Checkpointed[]> {
    let waiting = files.tails()
    while (waiting.length > 0 && !signal.aborted) {
      const unread: Tail[] = []
      for (const tail of waiting) {
        if (tail.copyOf !== undefined) continue
        const piece = await tail.read(formContext())
        if (piece === 'truncated') {
          yield await files.truncated(tail)
          // The file from its start, and the rest of it in its copy.
          unread.push(...files.tails().filter((one) => !waiting.includes(one)))
          continue
        }
        if (piece.more) unread.push(tail)
        const { entries } = piece
        if (entries.length > 0 || piece.more) tail.grewAt = clock.monotonic()
        if (entries.length > 0) yield itemsOf(tail, entries)
      }
      waiting = unread
    }
  }

  /** What has been still for a while: entries that no more lines join, copies that grew, files that are over. */
  async function* settle(files: Followed): AsyncGenerator<readonly Checkpointed[]> {
    for (const tail of files.tails()) {
      if (tail.copyOf !== undefined) {
        const notes = await files.checkCopy(tail)
        if (notes.length > 0) yield notes
      }
      const isOver = files.isOver(tail)
      if (isOver || (tail.waits && clock.monotonic() - tail.grewAt >= config.interval)) {
        const entries = tail.flush(formContext(), isOver)
        if (entries.length > 0) yield itemsOf(tail, entries)
      }
      if (isOver) yield [await files.close(tail)]
    }
  }

  return {
    node: config.node,
    async *observe({ signal }) {
      const either = AbortSignal.any([signal, disposed.signal])
      await using files = createFollowed(config, context)
      for await (const _ of clock.every(config.interval, { signal: either })) {
        const notes = await files.look()
        if (notes.length > 0) yield notes
        yield* readAll(files, either)
        yield* settle(files)
        report(files.trouble)
      }
    },
    [Symbol.asyncDispose]: async () => disposed.abort(),
  }
}
