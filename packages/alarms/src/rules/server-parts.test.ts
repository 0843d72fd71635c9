import { describe } from 'vitest'
import { hour, minute, second } from '../durations.ts'
import { serverFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { certificateExpires, clonedAgent, serverOverloaded } from './server-parts.ts'

const part =
  (name: string, state: string, reason: string | null = null) =>
  (at: number) =>
    serverFacts(at, { parts: [{ name, state, reason }] })
const well = (at: number) => serverFacts(at)

describe('certificate-expires', () => {
  testScenarios(certificateExpires, [
    {
      name: 'tells of a certificate that expires, has expired, and was renewed',
      script: [
        [hour, part('tls', 'degraded', 'the certificate expires on 2026-12-10T00:00:00.000Z')],
        [hour, part('tls', 'failed', 'the certificate has expired')],
        [minute, part('tls', 'ok')],
      ],
      tells: ['raised minor', 'updated critical', 'cleared'],
      says: 'The certificate of the server needs care: the certificate expires on 2026-12-10T00:00:00.000Z',
    },
    { name: 'says nothing of one that holds', script: [[hour, part('tls', 'ok')]], tells: [] },
  ])
})

describe('agents-with-one-identity', () => {
  testScenarios(clonedAgent, [
    {
      name: 'tells of a copied data folder, and when one was stopped',
      script: [
        [minute, part('clones', 'degraded', 'two machines report with the spool of a1; stop one of them')],
        [2 * minute, part('clones', 'ok')],
      ],
      tells: ['raised major', 'cleared'],
      says: 'Two agents report with one identity: two machines report with the spool of a1',
    },
    { name: 'says nothing of agents that come again', script: [[hour, part('clones', 'ok')]], tells: [] },
  ])
})

describe('server-overloaded', () => {
  testScenarios(serverOverloaded, [
    {
      name: 'tells of a server that drops, and when it keeps up',
      script: [
        [2 * minute, part('queue', 'degraded', 'more comes in than can be worked through')],
        [2 * minute, part('queue', 'ok')],
      ],
      tells: ['raised major', 'cleared'],
      says: 'The server does not keep up: more comes in than can be worked through',
    },
    {
      name: 'says nothing of a short rush',
      script: [
        [20 * second, part('queue', 'degraded')],
        [hour, well],
      ],
      tells: [],
    },
  ])
})
