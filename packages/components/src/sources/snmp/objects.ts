/** Objects that are polled: single ones, and columns of tables, each with what tells its rows apart. */

export interface PolledObject {
  /** Name of the metric, without the prefix `snmp.`. */
  readonly name: string
  /** Of a single object with its instance, such as `…1.3.0`; of a column without. */
  readonly oid: string
  /** The value is multiplied by it. */
  readonly scale?: number | undefined
  /** Makes it a column: each row is a value. */
  readonly rows?: Rows | undefined
}

export interface Rows {
  /** Name of the label. */
  readonly label: string
  /** Column whose text is the label's value, the first that has the row; without one the index of the row is. */
  readonly from?: readonly string[] | undefined
  /** Column of the same table by whose value each one is multiplied, such as the size of a unit. */
  readonly times?: string | undefined
}

const system = '1.3.6.1.2.1.1'
const interfaces = '1.3.6.1.2.1.2.2.1'
const interfacesX = '1.3.6.1.2.1.31.1.1.1'
const hostResources = '1.3.6.1.2.1.25'
const ucd = '1.3.6.1.4.1.2021'
const ups = '1.3.6.1.2.1.33.1'

const upTime: PolledObject = { name: 'sysUpTime', oid: `${system}.3.0`, scale: 0.01 }

const byInterface: Rows = { label: 'interface', from: [`${interfacesX}.1`, `${interfaces}.2`] }
const column = (name: string, oid: string, rows: Rows, scale?: number): PolledObject => ({ name, oid, rows, scale })

const storage = `${hostResources}.2.3.1`
const byStorage: Rows = { label: 'storage', from: [`${storage}.3`], times: `${storage}.4` }
const byDisk: Rows = { label: 'path', from: [`${ucd}.9.1.2`] }

/** HOST-RESOURCES-MIB (RFC 2790) and UCD-SNMP-MIB, as net-snmp and most appliances have them. Sizes in bytes, times in seconds. */
const host: readonly PolledObject[] = [
  upTime,
  { name: 'hrSystemUptime', oid: `${hostResources}.1.1.0`, scale: 0.01 },
  { name: 'hrSystemNumUsers', oid: `${hostResources}.1.5.0` },
  { name: 'hrSystemProcesses', oid: `${hostResources}.1.6.0` },
  { name: 'hrMemorySize', oid: `${hostResources}.2.2.0`, scale: 1024 },
  column('hrStorageSize', `${storage}.5`, byStorage),
  column('hrStorageUsed', `${storage}.6`, byStorage),
  column('hrProcessorLoad', `${hostResources}.3.3.1.2`, { label: 'processor' }),
  column('laLoad', `${ucd}.10.1.3`, { label: 'load', from: [`${ucd}.10.1.2`] }),
  { name: 'memTotalSwap', oid: `${ucd}.4.3.0`, scale: 1024 },
  { name: 'memAvailSwap', oid: `${ucd}.4.4.0`, scale: 1024 },
  { name: 'memTotalReal', oid: `${ucd}.4.5.0`, scale: 1024 },
  { name: 'memAvailReal', oid: `${ucd}.4.6.0`, scale: 1024 },
  { name: 'memBuffer', oid: `${ucd}.4.14.0`, scale: 1024 },
  { name: 'memCached', oid: `${ucd}.4.15.0`, scale: 1024 },
  { name: 'ssCpuRawUser', oid: `${ucd}.11.50.0` },
  { name: 'ssCpuRawNice', oid: `${ucd}.11.51.0` },
  { name: 'ssCpuRawSystem', oid: `${ucd}.11.52.0` },
  { name: 'ssCpuRawIdle', oid: `${ucd}.11.53.0` },
  { name: 'ssCpuRawWait', oid: `${ucd}.11.54.0` },
  { name: 'ssIORawSent', oid: `${ucd}.11.57.0` },
  { name: 'ssIORawReceived', oid: `${ucd}.11.58.0` },
  column('dskPercent', `${ucd}.9.1.9`, byDisk),
]

const line = (label: string): Rows => ({ label })

/** UPS-MIB (RFC 1628), in volts, amperes, hertz, watts, seconds and percent. */
const upsObjects: readonly PolledObject[] = [
  upTime,
  { name: 'upsBatteryStatus', oid: `${ups}.2.1.0` },
  { name: 'upsSecondsOnBattery', oid: `${ups}.2.2.0` },
  { name: 'upsEstimatedMinutesRemaining', oid: `${ups}.2.3.0` },
  { name: 'upsEstimatedChargeRemaining', oid: `${ups}.2.4.0` },
  { name: 'upsBatteryVoltage', oid: `${ups}.2.5.0`, scale: 0.1 },
  { name: 'upsBatteryCurrent', oid: `${ups}.2.6.0`, scale: 0.1 },
  { name: 'upsBatteryTemperature', oid: `${ups}.2.7.0` },
  { name: 'upsInputLineBads', oid: `${ups}.3.1.0` },
  column('upsInputFrequency', `${ups}.3.3.1.2`, line('line'), 0.1),
  column('upsInputVoltage', `${ups}.3.3.1.3`, line('line')),
  column('upsInputCurrent', `${ups}.3.3.1.4`, line('line'), 0.1),
  column('upsInputTruePower', `${ups}.3.3.1.5`, line('line')),
  { name: 'upsOutputSource', oid: `${ups}.4.1.0` },
  { name: 'upsOutputFrequency', oid: `${ups}.4.2.0`, scale: 0.1 },
  column('upsOutputVoltage', `${ups}.4.4.1.2`, line('line')),
  column('upsOutputCurrent', `${ups}.4.4.1.3`, line('line'), 0.1),
  column('upsOutputPower', `${ups}.4.4.1.4`, line('line')),
  column('upsOutputPercentLoad', `${ups}.4.4.1.5`, line('line')),
  { name: 'upsAlarmsPresent', oid: `${ups}.6.1.0` },
]

/** IF-MIB (RFC 2863): every interface by its name. Speed in bits per second. */
const switchObjects: readonly PolledObject[] = [
  upTime,
  column('ifAdminStatus', `${interfaces}.7`, byInterface),
  column('ifOperStatus', `${interfaces}.8`, byInterface),
  column('ifSpeed', `${interfacesX}.15`, byInterface, 1e6),
  column('ifHCInOctets', `${interfacesX}.6`, byInterface),
  column('ifHCOutOctets', `${interfacesX}.10`, byInterface),
  column('ifHCInUcastPkts', `${interfacesX}.7`, byInterface),
  column('ifHCOutUcastPkts', `${interfacesX}.11`, byInterface),
  column('ifInDiscards', `${interfaces}.13`, byInterface),
  column('ifInErrors', `${interfaces}.14`, byInterface),
  column('ifOutDiscards', `${interfaces}.19`, byInterface),
  column('ifOutErrors', `${interfaces}.20`, byInterface),
]

export const objectSets = { host, ups: upsObjects, switch: switchObjects } as const
export type ObjectSet = keyof typeof objectSets

/** What a configuration asks for: each object once, however many sets have it. */
export const objectsFor = (sets: readonly ObjectSet[], own: readonly PolledObject[]): readonly PolledObject[] => {
  const byName = new Map<string, PolledObject>()
  for (const object of [...sets.flatMap((set) => objectSets[set]), ...own])
    byName.set(`${object.name} ${object.oid}`, object)
  return [...byName.values()]
}
