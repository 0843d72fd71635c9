import { resolve } from 'node:path'
import { scalar } from './scalar.ts'
import type { Scalar } from './scalar.ts'
import { currentScope } from './scope.ts'

const maxLength = 4096
const expected = 'the path of a file'

/** A path made absolute; a relative one in a configuration file means a file beside it. Nothing is read. */
export const filePath = (): Scalar<string> =>
  scalar({
    kind: 'path',
    expected,
    examples: ['/var/lib/netstats/file'],
    read: (value) =>
      typeof value === 'string' && value !== '' && value.length <= maxLength && !value.includes('\0')
        ? { value: resolve(currentScope().folder, value) }
        : { expected },
  })
