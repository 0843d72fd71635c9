/** A session registry with a real core, and gateways that write down the commands they get. For tests. */
import { unixMs } from '@netstats/protocol'
import type { Block, Observation, UnixMs } from '@netstats/protocol'
import type { CoreCommand, Login } from '../bus/bus-messages.ts'
import { createCore } from '../shard/mod.ts'
import type { CoreInput } from '../shard/inputs.ts'
import type { SessionRegistryOptions } from './registry-options.ts'
import { createSecretAuthenticator } from './secret-authenticator.ts'
import { createSessionRegistry } from './session-registry.ts'

const start = 1_767_225_600_000

export const createTestRegistry = (more: Partial<SessionRegistryOptions> = {}) => {
  const core = createCore({ reconnectMs: 0 })
  const inputs: CoreInput[] = []
  let now = 0
  const at = (): UnixMs => unixMs(start + now)
  const registry = createSessionRegistry({
    limits: { takeoverMs: 3000, backfillTimeoutMs: 30_000, backfillSessions: 2 },
    authenticator: createSecretAuthenticator(['s3cret']),
    apply: (input) => {
      inputs.push(input)
      core.apply(input)
    },
    networkOf: (node, networkId) => core.networkOf(node, networkId),
    network: (key) => core.network(key),
    ...more,
  })
  return {
    core,
    registry,
    inputs,
    at,
    pass(ms: number) {
      now += ms
      registry.tick(now, at())
    },
    stateOf: (node: string) => core.network('1337')?.node(node)?.state,
    /** A gateway that connects. */
    gateway() {
      const commands: CoreCommand[] = []
      const { receive, lost } = registry.open((command) => void commands.push(command))
      return {
        commands,
        lost: () => lost(at()),
        login: (session: number, login: Login) => receive({ type: 'login', session, at: at(), login }),
        observe: (session: number, { kind, body }: Pick<Observation, 'kind' | 'body'>) =>
          receive({ type: 'observation', session, at: at(), kind, body }),
        blocks: (session: number, blocks: readonly Block[]) => receive({ type: 'blocks', session, at: at(), blocks }),
        alive: (session: number) => receive({ type: 'alive', session }),
        closed: (session: number) => receive({ type: 'closed', session, at: at() }),
        gone: (session: number) => receive({ type: 'gone', session, at: at() }),
      }
    },
  }
}
