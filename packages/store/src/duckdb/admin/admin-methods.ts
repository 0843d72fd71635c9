/** Administration, as the worker is asked for it by name. */
import type { Method } from '../method.ts'
import { backup } from './backup.ts'
import type { BackupArgs } from './backup-others.ts'
import { accept, condition } from './condition.ts'
import { info } from './info.ts'
import { verify } from './verify.ts'

export const admin: Readonly<Record<string, Method>> = {
  condition: async (engine) => condition(engine),
  accept: (engine) => accept(engine),
  info: (engine, _args, options) => info(engine, options),
  verify: (engine, _args, options) => verify(engine, options),
  backup: (engine, args: BackupArgs, options) => backup(engine, args, options),
}
