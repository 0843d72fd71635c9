import type { OneNode } from '@netstats/sdk'
import { duration, listenAddress, secret, size } from '@netstats/sdk/config'
import { z } from 'zod'
import { accessFault, snmpCommunity, snmpUser } from '../../snmp/access.ts'
import { objectSets } from './objects.ts'
import type { ObjectSet } from './objects.ts'
import { peerAddress } from '../../snmp/peer-address.ts'

const setNames = Object.keys(objectSets) as ObjectSet[]

const oid = () =>
  z
    .string()
    .regex(/^\.?[012](?:\.\d{1,10}){1,127}$/)
    .transform((text) => text.replace(/^\./, ''))
    .meta({ expected: 'an OID in numbers, such as 1.3.6.1.2.1.1.3.0', examples: ['1.3.6.1.4.1.318.1.1.10.2.3.2.1.4'] })

const object = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][\w.-]{0,99}$/)
    .meta({ expected: 'a name of letters, digits, _, . and -', examples: ['roomTemperature'] })
    .describe('Name of the metric; it is reported as `snmp.NAME`.'),
  oid: oid().describe('The object: with its instance (`….0`), or with `rows` the column of a table without.'),
  scale: z.number().optional().describe('The value is multiplied by it.'),
  rows: z
    .strictObject({
      label: z
        .string()
        .min(1)
        .max(100)
        .meta({ examples: ['sensor'] })
        .describe('Label that tells the rows apart.'),
      from: z
        .array(oid())
        .min(1)
        .max(3)
        .optional()
        .describe(
          'Columns whose text is the value of the label, the first that has the row (default: the index of the row).',
        ),
      times: oid().optional().describe('Column by whose value each row is multiplied, such as the size of a unit.'),
    })
    .optional()
    .describe('Makes it a column of a table: every row is a value.'),
})

const traps = z
  .strictObject({
    listen: listenAddress()
      .meta({ examples: ['127.0.0.1:162', ':162'] })
      .describe('Address to receive traps and informs on (UDP); 162 is the usual port.'),
    communities: z
      .array(secret().meta({ examples: ['{ env: NETSTATS_SNMP_COMMUNITY }'] }))
      .max(20)
      .default([])
      .describe('Communities that are let in (versions 1 and 2c).'),
    users: z
      .array(snmpUser())
      .max(20)
      .default([])
      .describe('Users that are let in (version 3), each at the level of its keys.'),
    maxPacket: size({ min: '484B', max: '65507B' })
      .prefault('16KiB')
      .describe('Longer datagrams are refused and counted.'),
    ratePerAddress: z
      .int()
      .min(1)
      .max(100_000)
      .default(100)
      .describe(
        'Packets a second that one address may send on average, twice as many at once; more are refused and counted.',
      ),
    refuseReplays: z
      .boolean()
      .default(true)
      .describe(
        'Whether messages of users with keys are refused that are older than 150 seconds by the clock of their engine, or were here before. Turn it off for a sender whose engine begins its time again without counting a boot.',
      ),
    queue: z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe(
        'Notifications that may wait for the disk; beyond it they are refused, and informs are not acknowledged.',
      ),
  })
  .optional()
  .describe('Receives traps and informs.')

export const snmpSourceConfig = z
  .strictObject({
    endpoint: peerAddress(161)
      .meta({ sampled: true })
      .optional()
      .describe('Device to poll, as HOST or HOST:PORT (default: none is polled).'),
    community: snmpCommunity(),
    user: snmpUser().optional().describe('User of version 3 to poll with.'),
    interval: duration({ min: '1s', max: '1d' }).prefault('30s').describe('Time between two polls.'),
    timeout: duration({ min: '100ms', max: '1m' }).prefault('3s').describe('A request is repeated after this time.'),
    retries: z.int().min(0).max(10).default(1).describe('Repetitions before a poll is given up.'),
    sets: z
      .array(z.enum(setNames))
      .max(3)
      .default([])
      .describe('Ready sets of objects: host (HOST-RESOURCES, UCD), ups (UPS-MIB), switch (IF-MIB).'),
    objects: z.array(object).max(500).default([]).describe('More objects to poll.'),
    maxSeries: z
      .int()
      .min(1)
      .max(10_000)
      .default(2000)
      .describe('Most values of one poll, and most rows of one table; what is beyond is left out, counted and told.'),
    traps,
  })
  .superRefine((given, context) => {
    const fault = (path: readonly (string | number)[], text: string): void =>
      context.addIssue({ code: 'custom', path: [...path], message: text, params: { fault: text } })
    const { endpoint, sets, objects } = given
    if (endpoint === undefined && given.traps === undefined)
      fault(['endpoint'], 'missing, expected a device to poll (`endpoint`) or traps to receive (`traps`)')
    if (endpoint !== undefined) {
      const wrong = accessFault(given)
      if (wrong !== undefined) fault([wrong.path], wrong.message)
      if (sets.length + objects.length === 0) fault(['sets'], 'nothing to poll: name sets or objects')
    }
    const listening = given.traps
    if (listening !== undefined && listening.communities.length + listening.users.length === 0)
      fault(['traps', 'communities'], 'nobody is let in: name communities (versions 1 and 2c) or users (version 3)')
  })
export type SnmpSourceConfig = z.output<typeof snmpSourceConfig> & OneNode
