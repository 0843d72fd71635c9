import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { shedClasses } from '@netstats/protocol'
import type { ShedClass } from '@netstats/protocol'
import type { Sequence } from '@netstats/sdk'

/** How far a spool was at its last commit: what is checked at the next opening. */
export interface Mark {
  readonly next: Sequence
  readonly rows: Readonly<Record<ShedClass, number>>
}

/** Stands beside the spool and is written over after each commit. */
export interface MarkFile {
  write(mark: Mark): void
  close(): void
}

/** Always so long, so that writing it needs no room on a disk that is full. */
const markBytes = 256

/**
 * SQLite cannot tell that its log was lost or cut, that a file was emptied, or that an older one was put back: it
 * goes on with what is there. The mark can. It is not synced: it may be behind the spool, after a power cut, but never
 * ahead of it, so what it has and the spool has not was lost.
 */
export const openMark = (path: string): MarkFile => {
  let file: number | undefined
  return {
    write(mark) {
      try {
        file ??= openSync(path, existsSync(path) ? 'r+' : 'w', 0o600)
        writeSync(file, textOf(mark), 0)
      } catch {
        // Without a mark the next opening checks less. The spool says by itself what is wrong with the disk.
      }
    },
    close() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

const textOf = ({ next, rows }: Mark): string => {
  const text = [next, ...shedClasses.map((shed) => rows[shed])].join(' ')
  return `${`${text} ${crc32(text)}`.padEnd(markBytes - 1)}\n`
}

/** Undefined where there is none; without numbers where there is one that cannot be read. */
export const readMark = (path: string): Partial<Mark> | undefined => {
  if (!existsSync(path)) return undefined
  const [next = '', ...others] = contentOf(path).trimEnd().split(' ')
  const sum = Number(others.pop())
  if (others.length !== shedClasses.length || sum !== crc32([next, ...others].join(' '))) return {}
  const rows = Object.fromEntries(shedClasses.map((shed, i) => [shed, Number(others[i])])) as Record<ShedClass, number>
  return { next: Number(next), rows }
}

const contentOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1').slice(0, markBytes)
  } catch {
    return ''
  }
}
