/** What a trap or an inform says: a line of the log in any case, and a step of an alarm where it is known for one. */
import type { Alarm, Log } from '@netstats/sdk'
import { nameOf } from '../../snmp/names.ts'
import { netstatsMib } from '../../snmp/netstats-mib.ts'
import type { SnmpNotification } from '../../snmp/receiver.ts'
import { numberOf, textOf } from '../../snmp/values.ts'
import { objectTypes } from '../../snmp/library.ts'
import type { Varbind } from '../../snmp/library.ts'

export interface TrapReading {
  readonly log: Log
  readonly alarm: Alarm | undefined
}

const mostVarbinds = 50
const mostText = 4000
/** As the kind has it. */
const maxLogFields = 32
const mostKey = 100

/** Header varbinds of every notification: they are said otherwise. */
const headers = new Set(['1.3.6.1.2.1.1.3.0', '1.3.6.1.6.3.1.1.4.1.0'])

const severities: Readonly<Record<string, number>> = {
  linkDown: 4,
  authenticationFailure: 4,
  egpNeighborLoss: 4,
  nsNotifyShutdown: 4,
  upsTrapOnBattery: 2,
  upsTrapAlarmEntryAdded: 3,
}
const notice = 5

type Steps = (notification: SnmpNotification, values: Values) => Alarm | undefined

interface Values {
  /** Text of the first object of this name, whatever its instance. */
  text(name: string): string | undefined
  number(name: string): number | undefined
}

export const readTrap = (notification: SnmpNotification): TrapReading => {
  const name = nameOf(notification.oid)
  const bodies = notification.varbinds.filter(({ oid }) => !headers.has(oid))
  const shown = bodies.slice(0, mostVarbinds).map((one) => `${nameOf(one.oid)}=${shownValue(one)}`)
  const more = bodies.length > mostVarbinds ? [`… ${bodies.length - mostVarbinds} more`] : []
  const values = valuesOf(bodies)
  const alarm = Object.hasOwn(alarms, name) ? alarms[name]?.(notification, values) : undefined
  const forwarded = forwardedLog(name, values)
  const log = forwarded ?? {
    severity: severities[name] ?? notice,
    source: sourceOf(notification),
    message: [name, ...shown, ...more].join(' ').slice(0, mostText),
    fields: Object.fromEntries([
      ['trap', name.slice(0, mostKey)] as const,
      ...bodies.slice(0, maxLogFields - 1).map((one) => [nameOf(one.oid).slice(0, mostKey), shownOid(one)] as const),
    ]),
  }
  return { log, alarm }
}

const sourceOf = ({ from }: SnmpNotification): string => `snmp ${from}`.slice(0, 100)

const shownValue = (one: Varbind): string => {
  if (one.type === objectTypes.oid) return nameOf(textOf(one))
  const text = textOf(one)
  return one.type === objectTypes.octets && !/^[\w.:/+-]+$/.test(text) ? JSON.stringify(text) : text
}

const valuesOf = (varbinds: readonly Varbind[]): Values => {
  const find = (name: string): Varbind | undefined =>
    varbinds.find(({ oid }) => {
      const named = nameOf(oid)
      return named === name || named.startsWith(`${name}.`)
    })
  return {
    text(name) {
      const one = find(name)
      return one === undefined ? undefined : shownOid(one)
    },
    number(name) {
      const one = find(name)
      return one === undefined ? undefined : numberOf(one)
    },
  }
}

const shownOid = (one: Varbind): string => (one.type === objectTypes.oid ? nameOf(textOf(one)) : textOf(one))

const link =
  (step: 'raised' | 'cleared'): Steps =>
  (notification, values) => {
    const index = values.number('ifIndex')
    if (index === undefined) return undefined
    const name = values.text('ifName') ?? values.text('ifDescr') ?? `interface ${index}`
    return {
      alarm: `${sourceOf(notification)} link ${index}`,
      step,
      type: 'link-down',
      severity: 4,
      message: `${name} of ${notification.from} is ${step === 'raised' ? 'down' : 'up again'}`.slice(0, 2000),
    }
  }

/** Entries of a UPS's table of alarms, by what is wrong: the entry's own number changes each time. */
const upsAlarm =
  (step: 'raised' | 'cleared', only?: string): Steps =>
  (notification, values) => {
    const what = only ?? values.text('upsAlarmDescr')
    if (what === undefined || what === '') return undefined
    return {
      alarm: `${sourceOf(notification)} ${what}`.slice(0, 300),
      step,
      type: what === 'upsAlarmOnBattery' ? 'ups-on-battery' : 'ups-alarm',
      severity: what === 'upsAlarmOnBattery' || what === 'upsAlarmLowBattery' ? 2 : 3,
      message: `${what} ${step === 'raised' ? 'on' : 'is over on'} ${notification.from}`.slice(0, 2000),
    }
  }

/** Alarms that another Netstats sends on. */
const forwarded =
  (step: Alarm['step']): Steps =>
  (_, values) => {
    const alarm = values.text('netstatsAlarmName')
    const type = values.text('netstatsAlarmType')
    const severity = severityOf(values)
    if (!alarm || !type || severity === undefined) return undefined
    const node = values.text('netstatsNode')
    return {
      alarm: (node ? `${node} ${alarm}` : alarm).slice(0, 300),
      step,
      type: type.slice(0, 100),
      severity,
      message: (values.text('netstatsMessage') ?? '').slice(0, 2000),
    }
  }

const alarms: Readonly<Record<string, Steps>> = {
  linkDown: link('raised'),
  linkUp: link('cleared'),
  // It comes again every minute and says nothing when it is over: the entry of the same alarm does (RFC 1628).
  upsTrapOnBattery: upsAlarm('raised', 'upsAlarmOnBattery'),
  upsTrapAlarmEntryAdded: upsAlarm('raised'),
  upsTrapAlarmEntryRemoved: upsAlarm('cleared'),
  netstatsAlarmRaised: forwarded('raised'),
  netstatsAlarmAcknowledged: forwarded('acknowledged'),
  netstatsAlarmCleared: forwarded('cleared'),
  netstatsAlarmSuppressed: forwarded('suppressed'),
}

/** Lines of the log that another Netstats sends on come out as they went in. */
const forwardedLog = (name: string, values: Values): Log | undefined => {
  if (nameOf(netstatsMib.netstatsLogMessage) !== name) return undefined
  const message = values.text('netstatsMessage')
  const severity = severityOf(values)
  if (message === undefined || severity === undefined) return undefined
  return {
    severity,
    source: (values.text('netstatsLogSource') ?? 'netstats').slice(0, 100),
    message: message.slice(0, mostText),
  }
}

const severityOf = (values: Values): number | undefined => {
  const severity = values.number('netstatsSeverity')
  return severity !== undefined && severity >= 0 && severity <= 7 && Number.isInteger(severity) ? severity : undefined
}
