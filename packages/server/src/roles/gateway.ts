/** The gateway role: takes in agents of both protocols and hands what they say to the sessions of the core. */
import type { RefusalNote } from '../auth/refused-logins.ts'
import { createMemoryBus } from '../bus/bus.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { createGateway } from '../gateway/gateway.ts'
import { gatewaySettingsOf } from '../limits.ts'
import type { Base } from './base.ts'
import type { CoreRole } from './core.ts'
import type { Parts } from './parts.ts'

export interface GatewayRole {
  readonly gateway: Gateway
  readonly noteRefused: (notes: readonly RefusalNote[]) => void
}

export const openGatewayRole = (
  parts: Parts,
  { config, each, log, stages, metrics }: Base,
  { sessions, auth }: Pick<CoreRole, 'sessions' | 'auth'>,
): Promise<GatewayRole> =>
  parts.open('gateway', () => {
    const bus = createMemoryBus(sessions)
    const gateway = createGateway({
      settings: gatewaySettingsOf(config, each),
      buses: { ethstats: bus, netstats: bus },
      log,
      stages,
      registry: metrics,
    })
    return {
      gateway,
      noteRefused(notes) {
        for (const note of notes) auth.refused.note(note)
      },
    }
  })
