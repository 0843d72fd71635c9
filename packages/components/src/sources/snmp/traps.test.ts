import { decodeObservation, encodeBody, nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectTypes } from '../../snmp/library.ts'
import { netstatsMib } from '../../snmp/netstats-mib.ts'
import { readTrap } from './traps.ts'

const { integer, octets, oid: oidType, timeTicks } = objectTypes
const traps = '1.3.6.1.6.3.1.1.5'
const ups = '1.3.6.1.2.1.33'
const header = [
  { oid: '1.3.6.1.2.1.1.3.0', type: timeTicks, value: 4711 },
  { oid: '1.3.6.1.6.3.1.1.4.1.0', type: oidType, value: '1.3' },
]
const text = (oid: string, value: string) => ({ oid, type: octets, value: Buffer.from(value) })
const number = (oid: string, value: number) => ({ oid, type: integer, value })
const named = (oid: string, value: string) => ({ oid, type: oidType, value })
const read = (oid: string, ...varbinds: readonly { oid: string; type: number; value: unknown }[]) =>
  readTrap({ from: '192.0.2.7', version: '2c', oid, varbinds: [...header, ...varbinds], acknowledge: () => undefined })

describe('a trap', () => {
  it('is a line of the log, with the names that are known', () => {
    expect(read(`${traps}.1`)).toEqual({
      log: { severity: 5, source: 'snmp 192.0.2.7', message: 'coldStart', fields: { trap: 'coldStart' } },
      alarm: undefined,
    })
    const { log } = read('1.3.6.1.4.1.318.0.5', text('1.3.6.1.2.1.1.5.0', 'ups 1'), number('1.3.6.1.4.1.318.2.3.0', 7))
    expect(log.message).toBe('1.3.6.1.4.1.318.0.5 sysName.0="ups 1" 1.3.6.1.4.1.318.2.3.0=7')
  })

  it('of a link raises and clears an alarm of that interface', () => {
    const about = [number('1.3.6.1.2.1.2.2.1.1.3', 3), text('1.3.6.1.2.1.2.2.1.2.3', 'eth3')]
    const down = read(`${traps}.3`, ...about)
    expect(down.log).toEqual({
      severity: 4,
      source: 'snmp 192.0.2.7',
      message: 'linkDown ifIndex.3=3 ifDescr.3=eth3',
      fields: { trap: 'linkDown', 'ifIndex.3': '3', 'ifDescr.3': 'eth3' },
    })
    expect(down.alarm).toEqual({
      alarm: 'snmp 192.0.2.7 link 3',
      step: 'raised',
      type: 'link-down',
      severity: 4,
      message: 'eth3 of 192.0.2.7 is down',
    })
    expect(read(`${traps}.4`, ...about).alarm).toMatchObject({ alarm: 'snmp 192.0.2.7 link 3', step: 'cleared' })
    expect(read(`${traps}.3`).alarm).toBeUndefined()
  })

  it('of a UPS on battery raises an alarm that the end of the same entry clears', () => {
    const raised = read(`${ups}.2.1`, number(`${ups}.1.2.3.0`, 20)).alarm
    const cleared = read(
      `${ups}.2.4`,
      number(`${ups}.1.6.2.1.1.5`, 5),
      named(`${ups}.1.6.2.1.2.5`, `${ups}.1.6.3.2`),
    ).alarm
    expect(raised).toMatchObject({ step: 'raised', type: 'ups-on-battery', severity: 2 })
    expect(cleared).toMatchObject({ step: 'cleared', alarm: raised?.alarm })
    const fan = named(`${ups}.1.6.2.1.2.6`, `${ups}.1.6.3.16`)
    expect(read(`${ups}.2.3`, fan).alarm).toMatchObject({
      alarm: 'snmp 192.0.2.7 upsAlarmFanFailure',
      type: 'ups-alarm',
    })
  })

  it('that another Netstats sent is the alarm, or the line, that it stands for', () => {
    const about = [
      text(`${netstatsMib.netstatsNode}.0`, 'validator-1'),
      number(`${netstatsMib.netstatsSeverity}.0`, 2),
      text(`${netstatsMib.netstatsMessage}.0`, 'The disk is full.'),
    ]
    const alarm = [
      text(`${netstatsMib.netstatsAlarmName}.0`, 'disk'),
      text(`${netstatsMib.netstatsAlarmType}.0`, 'disk-full'),
    ]
    expect(read(netstatsMib.netstatsAlarmCleared, ...about, ...alarm).alarm).toEqual({
      alarm: 'validator-1 disk',
      step: 'cleared',
      type: 'disk-full',
      severity: 2,
      message: 'The disk is full.',
    })
    const line = read(netstatsMib.netstatsLogMessage, ...about, text(`${netstatsMib.netstatsLogSource}.0`, 'geth'))
    expect(line).toEqual({ log: { severity: 2, source: 'geth', message: 'The disk is full.' }, alarm: undefined })
  })

  it('can be stored, whatever it holds', () => {
    const known = [...Object.values(netstatsMib), `${traps}.3`, `${ups}.2.1`, `${ups}.2.3`, `${ups}.2.4`]
    const oids = fc.oneof(
      fc.constantFrom(...known, '1.3.6.1.2.1.2.2.1.1.3', `${ups}.1.6.2.1.2.5`),
      fc.array(fc.nat(), { minLength: 2, maxLength: 120 }).map((arcs) => `1.${arcs.join('.')}`),
    )
    const values = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
      fc.integer(),
      oids,
    )
    const varbinds = fc.array(
      fc.record({ oid: oids, type: fc.constantFrom(...Object.values(objectTypes)), value: values }),
      {
        maxLength: 80,
      },
    )
    fc.assert(
      fc.property(oids, varbinds, (oid, given) => {
        const { log, alarm } = read(oid, ...given)
        const common = { node: nodeId('a'), observedAt: unixMs(1) }
        const stored: Observation[] = [{ kind: 'log', ...common, body: log }]
        if (alarm !== undefined) stored.push({ kind: 'alarm', ...common, body: alarm })
        for (const one of stored)
          expect(decodeObservation(one.kind, one.node, one.observedAt, encodeBody(one))).toEqual(one)
      }),
    )
  })
})
