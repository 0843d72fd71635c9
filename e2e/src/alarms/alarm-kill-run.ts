/**
 * A server whose alarms change all the time is killed at random moments, while the receiver of every step is away at times.
 * In the end each step that the server has written down has come, in order, and nothing else.
 */
import { rmSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'
import type { Random } from '@netstats/protocol/testing/random'
import { freePort, startServer, temporaryFolder, until } from '../support/processes.ts'
import type { ServerProcess } from '../support/processes.ts'
import { createAlarmFleet } from './alarm-fleet.ts'
import { checkTold, firstOf, readSteps, toldOf } from './alarm-oracle.ts'
import { startReceiver } from './alarm-receiver.ts'

export interface AlarmKillOptions {
  readonly rounds: number
  readonly reporters: number
  readonly nodes: number
  /** 0 to 1. */
  readonly random: Random
  readonly onRound?: (round: number, what: string) => void
}

export interface AlarmKillResult {
  readonly rounds: number
  readonly alarms: number
  readonly raised: number
  readonly cleared: number
  /** Requests, those that came again among them. */
  readonly posted: number
  readonly again: number
  readonly refused: number
}

export const runAlarmKills = async (options: AlarmKillOptions): Promise<AlarmKillResult> => {
  const { rounds, random, onRound } = options
  const data = temporaryFolder('alarm-kill')
  const port = await freePort()
  await using receiver = await startReceiver(random)
  const fleet = createAlarmFleet(options)
  const start = (): Promise<ServerProcess> =>
    startServer({ port, data, settings: { alarms: { webhook: receiver.url } }, reconnectGrace: '0s' })

  try {
    for (let round = 1; round <= rounds; round++) {
      receiver.isWell = random.next() < 0.5
      await using server = await start()
      using _agents = await fleet.connect(server)
      await pass(300 + random.next() * 1500)
      server.kill('SIGKILL')
      await server.exit
      onRound?.(round, `killed; ${receiver.posted.length} posted, ${receiver.refused} refused`)
    }
    receiver.isWell = true
    const written = readSteps(data)
    const count = Array.from(written.values(), (steps) => toldOf(steps).length).reduce((sum, one) => sum + one, 0)
    {
      await using server = await start()
      await until(
        'all steps',
        () => {
          const came = [...firstOf(receiver.posted)].reduce((sum, [, steps]) => sum + steps.length, 0)
          return Promise.resolve(came >= count ? true : undefined)
        },
        server,
      )
    }
    const posted = receiver.posted
    const { raised, cleared } = checkTold(readSteps(data), posted)
    const first = [...firstOf(posted)].reduce((sum, [, steps]) => sum + steps.length, 0)
    return {
      rounds,
      alarms: written.size,
      raised,
      cleared,
      posted: posted.length,
      again: posted.length - first,
      refused: receiver.refused,
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}
