/** Agents and users of a data folder, for a command: through the server that runs on it, or in the file itself. */
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { systemClock } from '@netstats/sdk'
import type { AuthConfig } from '../auth/config.ts'
import { AuthError } from '../auth/errors.ts'
import { openAuth } from '../auth/open.ts'
import { operations } from '../auth/operations.ts'
import type { Operation } from '../auth/operation.ts'
import type { ArgsOf, OperationName, ResultOf } from '../auth/operations.ts'
import { findAuth } from './client.ts'
import { giveFilesToOwner } from '../data-folder/folders.ts'

export type { ResultOf } from '../auth/operations.ts'

export interface OpenedAuth extends AsyncDisposable {
  /** Whether a server runs on the folder, and answers. */
  readonly running: boolean
  run<N extends OperationName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>>
}

interface Place {
  readonly data: string
  readonly auth: AuthConfig
}

const me = (): string => {
  try {
    return userInfo().username
  } catch {
    // A container may run as a number that has no name.
    return String(process.getuid?.() ?? '')
  }
}

export const openAuthAdmin = async ({ config }: { readonly config: Place }): Promise<OpenedAuth> => {
  const { data, auth: authConfig } = config
  const ask = await findAuth(data)
  if (ask !== undefined) {
    return { running: true, run: (name, args) => ask(name, me(), args), [Symbol.asyncDispose]: async () => undefined }
  }
  if (!existsSync(data)) {
    throw new AuthError(
      'AUTH_FILE_UNUSABLE',
      `There is no data folder ${data}; name that of the server with --data DIR, or its configuration with --config FILE.`,
    )
  }
  const auth = await openAuth({ data, config: authConfig, secrets: [], clock: systemClock, log: silent })
  return {
    running: false,
    async run<N extends OperationName>(name: N, args: ArgsOf<N>) {
      const operation = operations[name] as unknown as Operation
      const checked = operation.args.safeParse(args)
      if (!checked.success) {
        const [issue] = checked.error.issues
        throw new AuthError('AUTH_ARGUMENT_INVALID', `${issue?.path.join('.')}: ${issue?.message}.`)
      }
      const actor = { name: me(), via: 'cli', address: '' } as const
      return (await operation.run(auth.admin, actor, checked.data)) as ResultOf<N>
    },
    async [Symbol.asyncDispose]() {
      try {
        await auth[Symbol.asyncDispose]()
      } finally {
        giveFilesToOwner(data)
      }
    },
  }
}

const silent = { warn: () => undefined, error: () => undefined }
