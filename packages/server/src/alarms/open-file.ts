import { join } from 'node:path'
import type { Logger } from '@netstats/sdk'
import { alarmsFileName } from '../data-folder/folders.ts'
import { moveAside, openAlarmFile } from './database.ts'
import type { AlarmFile } from './database.ts'
import { AlarmError } from './errors.ts'

/**
 * Opens the file of a data folder. One that is damaged is moved aside, told, and begun anew: a server that watches nothing
 * would be worse.
 */
export const openAlarmsFile = (
  data: string,
  { now, log }: { readonly now: number; readonly log: Pick<Logger, 'error'> },
): { readonly file: AlarmFile; readonly trouble?: string } => {
  const path = join(data, alarmsFileName)
  try {
    return { file: openAlarmFile(path) }
  } catch (error) {
    if (!(error instanceof AlarmError) || error.code !== 'ALARMS_FILE_CORRUPT') throw error
    const aside = moveAside(path, now)
    log.error({ error, aside }, 'the file of alarms is damaged; it was moved aside and begun anew')
    return { file: openAlarmFile(path), trouble: `their file was damaged; it is now ${aside}, and another was begun` }
  }
}
