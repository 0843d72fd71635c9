/**
 * The SNMP engine that traps of version 3 are sent as. Receivers know its keys by its id, and refuse what does not go on with
 * its boots and time: all three must outlast a restart. They follow from the spool, which does.
 */
import { createHash } from 'node:crypto'
import type { Clock, SpoolIdentity } from '@netstats/sdk'
import type { OwnEngine } from '../../snmp/client.ts'

/** RFC 3411: enterprise 32473, in a form of its own. */
const prefix = Buffer.from('80007ed980', 'hex')
/** 2020-01-01, in seconds. */
const epoch = 1_577_836_800
const most = 2 ** 31 - 1

export const engineOf = (
  engineId: string | undefined,
  spool: Pick<SpoolIdentity, 'id' | 'lives'>,
  clock: Clock,
): OwnEngine => ({
  id:
    engineId === undefined
      ? Buffer.concat([prefix, createHash('sha256').update(`sender ${spool.id}`).digest().subarray(0, 12)])
      : Buffer.from(engineId.replace(/^0x/, ''), 'hex'),
  boots: bootsOf(spool),
  time: () => Math.min(most, Math.floor(clock.monotonic() / 1000)),
})

/**
 * Every opening of a spool is a life, which begins with a sequence that none before it had: microseconds since 1970, or more
 * where the clock went back. Their seconds are the boots, and one more than those of the life before where a second had two.
 */
const bootsOf = ({ lives }: Pick<SpoolIdentity, 'lives'>): number => {
  const boots = lives.reduce((before, { from }) => Math.max(before + 1, Math.floor(from / 1e6) - epoch), 0)
  return Math.min(most, Math.max(1, boots))
}
