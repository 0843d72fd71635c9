// Tries to open the spool of another process and says what it was told.
import { nodeId } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import { openSpool } from '../mod.ts'
import { quietLogger } from './quiet-logger.ts'

const [directory = ''] = process.argv.slice(2)
try {
  await openSpool({ directory, clock: systemClock, log: quietLogger, reporter: nodeId('agent') })
  process.stdout.write('opened')
} catch (error) {
  process.stdout.write(error instanceof Error && 'code' in error ? String(error.code) : String(error))
}
