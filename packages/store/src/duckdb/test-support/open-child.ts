// Tries to open a store, and says on standard output how that went.
import { openDuckStore } from '../mod.ts'

const [directory = ''] = process.argv.slice(2)
const hour = 3_600_000
const retention = { raw: hour, logs: hour, seconds: hour, minutes: hour, hours: hour }
try {
  await using store = await openDuckStore({ directory, retention })
  await store.catalog()
  process.stdout.write('opened')
} catch (error) {
  process.stdout.write(String((error as { code?: string }).code) + String(error))
}
