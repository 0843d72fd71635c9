/** The options under `auth`: who is let in, and how long what is remembered of it lasts. */
import { duration } from '@netstats/sdk/config'
import { z } from 'zod'

const whole = (min: number, max: number) => z.int().min(min).max(max)

export const authConfig = z.strictObject({
  open: z
    .boolean()
    .prefault(false)
    .describe(
      'Whether everybody who reaches this server may report, without any secret. Without this word, a secret or requireTokens the server does not listen beyond this machine.',
    ),
  requireTokens: z
    .boolean()
    .prefault(false)
    .describe('Whether every agent needs a token or key of its own; shared secrets are refused then.'),
  bindNames: z
    .boolean()
    .prefault(true)
    .describe(
      'Whether a name without a token belongs to the address (ethstats) or spool (netstats) that came first with it; others are refused. Behind a proxy that is not in trustedProxies all share one address, and names are not protected.',
    ),
  bindFor: duration({ min: '0s', max: '30d' })
    .prefault('5m')
    .describe(
      'How long a name stays bound after its last session; a node whose address changes waits so long, or has a token.',
    ),
  failures: whole(1, 10_000)
    .prefault(30)
    .describe('Failed logins of one address before it is locked out; one id of an agent or user has a third of them.'),
  lockFor: duration({ min: '1s', max: '1d' })
    .prefault('30s')
    .describe('How long a first lock-out lasts; each further one twice as long, up to an hour.'),
  anonymous: z
    .enum(['viewer', 'none'])
    .prefault('viewer')
    .describe('What people see who have not logged in: everything that is read only, or nothing but the login.'),
  sessionIdle: duration({ min: '1m', max: '90d' })
    .prefault('12h')
    .describe('A session of the dashboard ends when it has not been used for so long.'),
  sessionLife: duration({ min: '1m', max: '365d' })
    .prefault('7d')
    .describe('A session of the dashboard ends after this time however much it is used.'),
  auditEntries: whole(100, 10_000_000)
    .prefault(100_000)
    .describe('Entries kept of what was administered and who logged in; the oldest make room.'),
})
export type AuthConfig = z.output<typeof authConfig>
