/** Observations as notifications of NETSTATS-MIB (docs/mib). */
import type { Alarm, SpooledObservation } from '@netstats/sdk'
import { objectTypes } from '../../snmp/library.ts'
import type { Varbind } from '../../snmp/library.ts'
import { netstatsMib as mib } from '../../snmp/netstats-mib.ts'

export interface Notification {
  readonly oid: string
  readonly varbinds: readonly Varbind[]
}

/** As NetstatsText has it. A notification has two long texts at most and fits a datagram. */
const mostBytes = 1024

const steps: Readonly<Record<Alarm['step'], string>> = {
  raised: mib.netstatsAlarmRaised,
  updated: mib.netstatsAlarmUpdated,
  acknowledged: mib.netstatsAlarmAcknowledged,
  cleared: mib.netstatsAlarmCleared,
  suppressed: mib.netstatsAlarmSuppressed,
}

/** The notification that an observation is; undefined for those that are none. */
export const notificationOf = (
  { sequence, observation }: SpooledObservation,
  spool: string,
): Notification | undefined => {
  const { kind, node, observedAt } = observation
  if (kind !== 'alarm' && kind !== 'log') return undefined
  const { severity, message } = observation.body
  const head = [
    text(mib.netstatsNode, node),
    { oid: `${mib.netstatsTime}.0`, type: objectTypes.octets, value: dateAndTime(observedAt) },
    { oid: `${mib.netstatsSeverity}.0`, type: objectTypes.integer, value: severity },
    text(mib.netstatsMessage, message),
  ]
  const id = text(mib.netstatsObservationId, `${spool}:${sequence}`)
  if (kind === 'log')
    return {
      oid: mib.netstatsLogMessage,
      varbinds: [...head, text(mib.netstatsLogSource, observation.body.source), id],
    }
  const { alarm, type, step } = observation.body
  return {
    oid: steps[step],
    varbinds: [...head, text(mib.netstatsAlarmName, alarm), text(mib.netstatsAlarmType, type), id],
  }
}

const text = (oid: string, value: string): Varbind => ({
  oid: `${oid}.0`,
  type: objectTypes.octets,
  value: cut(Buffer.from(value.toWellFormed(), 'utf8')),
})

/** Between two characters: bytes that begin with 10 go on with one. */
const cut = (bytes: Buffer): Buffer => {
  if (bytes.length <= mostBytes) return bytes
  let end = mostBytes
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

/** DateAndTime of SNMPv2-TC in UTC: year, month, day, hour, minute, second, tenths, and the direction from UTC. */
const dateAndTime = (at: number): Buffer => {
  const date = new Date(at)
  const bytes = Buffer.alloc(11)
  bytes.writeUInt16BE(Math.min(65_535, Math.max(0, date.getUTCFullYear() || 0)), 0)
  const parts = [
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    Math.floor(date.getUTCMilliseconds() / 100),
    0x2b,
  ]
  bytes.set(parts, 2)
  return bytes
}
