/** `netstats alarms …`: asks the running server, and writes down the answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { askAlarms } from '@netstats/server/alarms-admin'
import type { AlarmsAdmin, ReceiverStatus } from '@netstats/server/alarms-admin'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { serverConfigOf } from '../server-config.ts'
import type { PlaceFlags } from '../server-config.ts'

export interface AlarmFlags extends PlaceFlags {
  readonly json?: boolean
}

/** A receiver that has not answered by then has more to wait for than a person. */
const waitMs = 20_000
const everyMs = 200

export const listReceivers = async (flags: AlarmFlags, io: Io): Promise<void> => {
  const { receivers } = await (await serverOf(flags, io)).receivers()
  io.out(flags.json === true ? `${JSON.stringify({ receivers })}\n` : textOf(receivers))
}

export const testReceiver = async (name: string, flags: AlarmFlags, io: Io): Promise<void> => {
  const server = await serverOf(flags, io)
  const { at } = await server.test(name)
  const until = performance.now() + waitMs
  for (;;) {
    const { receivers } = await server.receivers()
    const found = receivers.find((one) => one.name === name)
    const isTaken = found?.waiting === 0 && (found.deliveredAt ?? 0) >= at
    if (isTaken && found.state === 'ok') {
      io.out(flags.json === true ? `${JSON.stringify({ receiver: found })}\n` : `${name} took the test message.\n`)
      return
    }
    const isRefused = found?.state === 'degraded' || found?.state === 'failed'
    if (isRefused || performance.now() > until) {
      const why = isRefused ? (found?.reason ?? '') : 'it has not answered yet'
      throw new CliError('CLI_RECEIVER_REFUSED', `${name} has not taken the test message: ${why}`)
    }
    await sleep(everyMs, undefined, { signal: io.shutdown.signal })
  }
}

const serverOf = async (flags: AlarmFlags, io: Io): Promise<AlarmsAdmin> => {
  const { data } = await serverConfigOf(flags, io)
  const found = await askAlarms(data)
  if (found === undefined) {
    throw new CliError(
      'CLI_NO_SERVER',
      `no server runs on ${data}; name its folder with --data, or its configuration with --config`,
    )
  }
  return found
}

const textOf = (receivers: readonly ReceiverStatus[]): string => {
  if (receivers.length === 0) return 'Nobody is notified of alarms: the configuration names no receiver.\n'
  const rows = receivers.map(({ name, type, state, reason, waiting, deliveredAt }) => [
    name,
    type,
    state,
    String(waiting),
    deliveredAt === null ? '-' : new Date(deliveredAt).toISOString(),
    reason,
  ])
  const table = [['name', 'type', 'state', 'waiting', 'delivered', ''], ...rows]
  const widths = table[0]?.map((_, i) => Math.max(...table.map((row) => (row[i] ?? '').length))) ?? []
  return table
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
