/** Names of objects and notifications that a person should not have to look up, by OID. */
import { netstatsMib } from './netstats-mib.ts'

const known: ReadonlyMap<string, string> = new Map([
  ['1.3.6.1.2.1.1.1', 'sysDescr'],
  ['1.3.6.1.2.1.1.3', 'sysUpTime'],
  ['1.3.6.1.2.1.1.5', 'sysName'],
  ['1.3.6.1.2.1.1.6', 'sysLocation'],
  ['1.3.6.1.2.1.2.2.1.1', 'ifIndex'],
  ['1.3.6.1.2.1.2.2.1.2', 'ifDescr'],
  ['1.3.6.1.2.1.2.2.1.3', 'ifType'],
  ['1.3.6.1.2.1.2.2.1.7', 'ifAdminStatus'],
  ['1.3.6.1.2.1.2.2.1.8', 'ifOperStatus'],
  ['1.3.6.1.2.1.31.1.1.1.1', 'ifName'],
  ['1.3.6.1.2.1.31.1.1.1.18', 'ifAlias'],
  ['1.3.6.1.2.1.33.1.2.3', 'upsEstimatedMinutesRemaining'],
  ['1.3.6.1.2.1.33.1.2.2', 'upsSecondsOnBattery'],
  ['1.3.6.1.2.1.33.1.9.7', 'upsConfigLowBattTime'],
  ['1.3.6.1.2.1.33.1.6.2.1.1', 'upsAlarmId'],
  ['1.3.6.1.2.1.33.1.6.2.1.2', 'upsAlarmDescr'],
  ['1.3.6.1.2.1.33.1.6.3.1', 'upsAlarmBatteryBad'],
  ['1.3.6.1.2.1.33.1.6.3.2', 'upsAlarmOnBattery'],
  ['1.3.6.1.2.1.33.1.6.3.3', 'upsAlarmLowBattery'],
  ['1.3.6.1.2.1.33.1.6.3.4', 'upsAlarmDepletedBattery'],
  ['1.3.6.1.2.1.33.1.6.3.5', 'upsAlarmTempBad'],
  ['1.3.6.1.2.1.33.1.6.3.6', 'upsAlarmInputBad'],
  ['1.3.6.1.2.1.33.1.6.3.7', 'upsAlarmOutputBad'],
  ['1.3.6.1.2.1.33.1.6.3.8', 'upsAlarmOutputOverload'],
  ['1.3.6.1.2.1.33.1.6.3.9', 'upsAlarmOnBypass'],
  ['1.3.6.1.2.1.33.1.6.3.10', 'upsAlarmBypassBad'],
  ['1.3.6.1.2.1.33.1.6.3.13', 'upsAlarmChargerFailed'],
  ['1.3.6.1.2.1.33.1.6.3.16', 'upsAlarmFanFailure'],
  ['1.3.6.1.2.1.33.1.6.3.18', 'upsAlarmGeneralFault'],
  ['1.3.6.1.2.1.33.1.6.3.19', 'upsAlarmDiagnosticTestFailed'],
  ['1.3.6.1.2.1.33.1.6.3.20', 'upsAlarmCommunicationsLost'],
  ['1.3.6.1.2.1.33.1.6.3.23', 'upsAlarmShutdownImminent'],
  ['1.3.6.1.2.1.33.2.1', 'upsTrapOnBattery'],
  ['1.3.6.1.2.1.33.2.2', 'upsTrapTestCompleted'],
  ['1.3.6.1.2.1.33.2.3', 'upsTrapAlarmEntryAdded'],
  ['1.3.6.1.2.1.33.2.4', 'upsTrapAlarmEntryRemoved'],
  ['1.3.6.1.4.1.8072.4.0.2', 'nsNotifyShutdown'],
  ['1.3.6.1.4.1.8072.4.0.3', 'nsNotifyRestart'],
  ['1.3.6.1.6.3.1.1.4.3', 'snmpTrapEnterprise'],
  ['1.3.6.1.6.3.1.1.5.1', 'coldStart'],
  ['1.3.6.1.6.3.1.1.5.2', 'warmStart'],
  ['1.3.6.1.6.3.1.1.5.3', 'linkDown'],
  ['1.3.6.1.6.3.1.1.5.4', 'linkUp'],
  ['1.3.6.1.6.3.1.1.5.5', 'authenticationFailure'],
  ['1.3.6.1.6.3.1.1.5.6', 'egpNeighborLoss'],
  ...Object.entries(netstatsMib).map(([name, oid]) => [oid, name] as const),
])

/** The name with what is left of the OID, `ifDescr.3`; the OID where nothing of it is known. */
export const nameOf = (oid: string): string => {
  const bare = oid.startsWith('.') ? oid.slice(1) : oid
  for (let end = bare.length; end > 0; end = bare.lastIndexOf('.', end - 1)) {
    const name = known.get(bare.slice(0, end))
    if (name !== undefined) return `${name}${bare.slice(end)}`
  }
  return bare
}
