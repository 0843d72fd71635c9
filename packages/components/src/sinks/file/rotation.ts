/** Files that were put aside: their names, their compression, and how many of them stay. */
import { createReadStream, createWriteStream } from 'node:fs'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

const stampForm = /^\.\d{8}T\d{9}Z(?:-\d+)?(?:\.gz)?$/

/** `20261201T120000123Z`: sorts by time. */
const stampOf = (at: number): string => new Date(at).toISOString().replaceAll(/[-:.]/g, '')

/** Names of the files that were put aside, the oldest first. */
export const asideOf = async (file: string): Promise<readonly string[]> => {
  const name = basename(file)
  const found = await readdir(dirname(file))
  return found
    .filter((one) => one.startsWith(name) && stampForm.test(one.slice(name.length)))
    .sort((a, b) => (a.replace(/\.gz$/, '') < b.replace(/\.gz$/, '') ? -1 : 1))
    .map((one) => join(dirname(file), one))
}

/** Puts the file aside under its name and the time. */
export const putAside = async (file: string, at: number): Promise<string> => {
  const taken = new Set((await asideOf(file)).map((one) => one.replace(/\.gz$/, '')))
  const stamp = `${file}.${stampOf(at)}`
  let target = stamp
  // Two within a millisecond, or a clock that was set back to one that was there.
  for (let n = 1; taken.has(target); n++) target = `${stamp}-${String(n).padStart(4, '0')}`
  await rename(file, target)
  return target
}

/** What is in the folder is as durable as what is in the files. */
export const syncFolder = async (file: string): Promise<void> => {
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Compresses what is not yet, and removes what is beyond the number that is kept. A half-written one of before is written again. */
export const tidy = async (
  file: string,
  { keep, compress }: { readonly keep: number; readonly compress: 'gzip' | 'off' },
  { signal }: { signal: AbortSignal },
): Promise<void> => {
  const all = await asideOf(file)
  const gone = all.slice(0, Math.max(0, all.length - keep))
  for (const one of gone) await rm(one, { force: true })
  if (compress === 'off') return
  for (const one of all.slice(gone.length)) {
    if (one.endsWith('.gz')) continue
    const partial = `${one}.gz.partial`
    await pipeline(createReadStream(one), createGzip(), createWriteStream(partial, { flush: true }), { signal })
    await rename(partial, `${one}.gz`)
    await syncFolder(file)
    await rm(one, { force: true })
  }
}
