/** Where an alarm leads: to its row, its subject, and the moment it was raised. */
import type { AlarmRecord } from '@netstats/protocol/feed'
import { queryOf } from '../rest/rest.ts'
import { momentHref, writeMoment, writeRoute } from '../router/routes.ts'

/** The list of alarms, of one network or of all. */
export const alarmsHref = (network?: string, settings: Readonly<Record<string, string | undefined>> = {}): string =>
  `${writeRoute({ page: 'alarms', ...(network !== undefined && { network }) })}${queryOf(settings)}`

type Place = Pick<AlarmRecord, 'id' | 'network' | 'node' | 'startsAt'>

/** The list with the row of an alarm opened. */
export const alarmHref = ({ id, network }: Pick<AlarmRecord, 'id' | 'network'>): string =>
  alarmsHref(network ?? undefined, { alarm: id })

/** What the alarm is about, as it is now. */
export const subjectHref = ({ network, node }: Pick<AlarmRecord, 'network' | 'node'>): string => {
  if (network === null) return writeRoute({ page: 'server' })
  return writeRoute(node === null ? { page: 'network', network } : { page: 'node', network, node })
}

/** The network, or the node, as it was when the alarm was raised; undefined for the server, which has no past. */
export const thenHref = ({ network, node, startsAt }: Place): string | undefined =>
  network === null ? undefined : momentHref(network, startsAt, node ?? undefined)

/** Log lines around that moment. */
export const logsThenHref = ({ network, node, startsAt }: Place): string | undefined =>
  network === null
    ? undefined
    : `${writeRoute({ page: 'logs', network })}${queryOf({ at: writeMoment(startsAt), node: node ?? undefined })}`
