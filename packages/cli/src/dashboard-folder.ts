import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built dashboard, or undefined where it was not built; the server then serves its interfaces only. */
export const dashboardFolder = (): string | undefined => {
  try {
    const folder = fileURLToPath(import.meta.resolve('@netstats/dashboard/dist'))
    return existsSync(join(folder, 'index.html')) ? folder : undefined
  } catch {
    return undefined
  }
}
