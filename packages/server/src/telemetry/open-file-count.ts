import { readdir, stat } from 'node:fs/promises'

/** Files and sockets this process has open; null where the system does not say. */
export const openFileCount = async (folder = '/proc/self/fd'): Promise<number | null> => {
  try {
    // Since Linux 6.2 the size of the folder is their number; reading it takes milliseconds where there are 20,000.
    const { size } = await stat(folder)
    return size > 0 ? size : (await readdir(folder)).length
  } catch {
    return null
  }
}
