import { resolve } from 'node:path'
import { loadConfig } from '@netstats/runtime/config'
import { reportService } from '@netstats/runtime/service'
import { openServer } from '@netstats/server'
import { single } from '../agent-flags.ts'
import { configSchemas, registryOf } from '../config-kinds.ts'
import { dashboardFolder } from '../dashboard-folder.ts'
import { ensureDataFolder, folderModes } from '../data-folder.ts'
import { usageError } from '../errors.ts'
import { logFlags } from '../log-flags.ts'
import { createLog } from '../log.ts'
import { warnOfExposed } from '../exposed.ts'
import type { Io, ServerFlags } from '../io.ts'
import { version } from '../version.ts'

/** A number where it is one; what is neither that nor `auto` is for the schema to refuse. */
const workersOf = (text: string | undefined): unknown =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : text

export const server = async (flags: ServerFlags, io: Io): Promise<void> => {
  const { ethstatsSecret, ethstatsSecretFile } = flags
  if (ethstatsSecret !== undefined && ethstatsSecretFile !== undefined) {
    throw usageError('the secret is given twice, by --ethstats-secret and by file; keep one')
  }
  const file = ethstatsSecretFile === undefined ? undefined : { file: resolve(ethstatsSecretFile) }
  const registry = await registryOf({ file: flags.config, env: io.env })
  const { log: logOptions, ...config } = loadConfig({
    schema: await configSchemas.server(registry),
    ...(flags.config === undefined ? {} : { file: flags.config }),
    env: io.env,
    otherVariables: ['NETSTATS_HANDED_OVER'],
    flags: [
      ...single('--listen', ['listen'], flags.listen),
      ...single('--data', ['data'], flags.data),
      ...single('--workers', ['workers'], workersOf(flags.workers)),
      ...single('--open', ['auth', 'open'], flags.open),
      ...single('--ethstats-secret', ['ethstats', 'secret'], ethstatsSecret),
      ...single('--ethstats-secret-file', ['ethstats', 'secret'], file),
      ...single('--alarm-webhook', ['alarms', 'webhook'], flags.alarmWebhook),
      ...logFlags(flags),
    ],
  })
  const log = createLog(logOptions)
  const data = ensureDataFolder(config.data, folderModes.server)
  warnOfExposed({ config, data, file: flags.config, log })
  const dashboard = dashboardFolder()
  if (dashboard === undefined) log.warn({}, 'the dashboard is not built; npm run build brings it')
  await using running = await openServer({
    config: { ...config, data },
    log,
    version,
    registry,
    ...(dashboard === undefined ? {} : { dashboard }),
  })
  io.shutdown.onReload(() => {
    log.info({}, 'asked to read the certificate again')
    void running.reload()
  })
  await using _service = await reportService({
    env: io.env,
    log,
    doing: `server at ${running.url}`,
    parts: () => running.parts(),
    watched: () => running.watched(),
  })
  await io.shutdown.asked
  log.info({}, 'server is ending')
}
