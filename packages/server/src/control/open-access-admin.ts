/** Agents and users of a data folder, for a command: through the server that runs on it, or in the file itself. */
import { existsSync, lchownSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@netstats/sdk'
import type { AccessConfig } from '../access/config.ts'
import { AccessError } from '../access/errors.ts'
import { accessFileName, openAccess } from '../access/open.ts'
import { operations } from '../access/operations.ts'
import type { ArgsOf, Operation, OperationName, ResultOf } from '../access/operations.ts'
import { findAccess } from './client.ts'

export interface OpenedAccess extends AsyncDisposable {
  /** Whether a server runs on the folder, and answers. */
  readonly running: boolean
  run<N extends OperationName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>>
}

interface Place {
  readonly data: string
  readonly access: AccessConfig
}

const me = (): string => {
  try {
    return userInfo().username
  } catch {
    // A container may run as a number that has no name.
    return String(process.getuid?.() ?? '')
  }
}

export const openAccessAdmin = async ({ config }: { readonly config: Place }): Promise<OpenedAccess> => {
  const { data, access: accessConfig } = config
  const ask = await findAccess(data)
  if (ask !== undefined) {
    return { running: true, run: (name, args) => ask(name, me(), args), [Symbol.asyncDispose]: async () => undefined }
  }
  if (!existsSync(data)) {
    throw new AccessError(
      'ACCESS_FILE_UNUSABLE',
      `There is no data folder ${data}; name that of the server with --data DIR, or its configuration with --config FILE.`,
    )
  }
  const access = await openAccess({ data, config: accessConfig, secrets: [], clock: systemClock, log: silent })
  return {
    running: false,
    async run<N extends OperationName>(name: N, args: ArgsOf<N>) {
      const operation = operations[name] as unknown as Operation
      const checked = operation.args.safeParse(args)
      if (!checked.success) {
        const [issue] = checked.error.issues
        throw new AccessError('ACCESS_ARGUMENT_INVALID', `${issue?.path.join('.')}: ${issue?.message}.`)
      }
      const actor = { name: me(), via: 'cli', address: '' } as const
      return (await operation.run(access.admin, actor, checked.data)) as ResultOf<N>
    },
    async [Symbol.asyncDispose]() {
      await access[Symbol.asyncDispose]()
      giveToOwner(data)
    },
  }
}

const silent = { warn: () => undefined, error: () => undefined }

/** What root has made is given to the owner of the folder: the server seldom runs as root. */
const giveToOwner = (data: string): void => {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(data)
  for (const end of ['', '-wal', '-shm']) {
    const path = join(data, accessFileName + end)
    if (existsSync(path)) lchownSync(path, uid, gid)
  }
}
