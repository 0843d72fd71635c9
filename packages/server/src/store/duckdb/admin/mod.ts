/** Administration, as the worker is asked for it by name. */
import type { Method } from '../methods.ts'
import { backup } from './backup.ts'
import { info } from './info.ts'
import { verify } from './verify.ts'

export const admin: Readonly<Record<string, Method>> = {
  info: (engine, _args, { signal }) => info(engine, signal),
  verify: (engine, _args, options) => verify(engine, options),
  backup: (engine, { path }: { readonly path: string }, options) => backup(engine, path, options),
}
