import { duration } from '@netstats/sdk/config'
import { z } from 'zod'
import { accessFault, snmpCommunity, snmpUser } from '../../snmp/access.ts'
import { peerAddress } from '../../snmp/peer-address.ts'

export const snmpSinkConfig = z
  .strictObject({
    endpoint: peerAddress(162).describe('Receiver of the notifications, as HOST or HOST:PORT.'),
    community: snmpCommunity(),
    user: snmpUser().optional().describe('User of version 3 to send as.'),
    mode: z
      .enum(['inform', 'trap'])
      .default('inform')
      .describe(
        'An inform is acknowledged and sent until it is; a trap is sent once, and is lost where the receiver is away or busy.',
      ),
    timeout: duration({ min: '100ms', max: '1m' }).prefault('3s').describe('An inform is repeated after this time.'),
    retries: z.int().min(0).max(10).default(2).describe('Repetitions before the delivery is put off.'),
    engineId: z
      .string()
      .regex(/^(?:0x)?(?:[0-9a-fA-F]{2}){5,32}$/)
      .meta({ expected: '5 to 32 bytes in hex digits', examples: ['80007ed98000112233'] })
      .optional()
      .describe(
        'Engine id that receivers know the sender of traps of version 3 by (default: from the id of the spool, which stays over restarts; the log says it). Copies of a machine need one each.',
      ),
  })
  .superRefine((given, context) => {
    const wrong = accessFault(given)
    if (wrong !== undefined)
      context.addIssue({ code: 'custom', path: [wrong.path], message: wrong.message, params: { fault: wrong.message } })
  })
export type SnmpSinkConfig = z.output<typeof snmpSinkConfig>
