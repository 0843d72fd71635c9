/** A fleet that reports to a server under test and gets a new block every five seconds, and the dashboards that show it. */
import { createDashboards } from './dashboards.ts'
import type { DashboardOptions, Dashboards } from './dashboards.ts'
import { generatorsFor, startFleet } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import type { OpenOptions } from './generator-messages.ts'
import type { ServerUnderTest } from './server-under-test.ts'

export interface LoadOptions extends Pick<OpenOptions, 'protocol' | 'secret' | 'policy' | 'corked'>, DashboardOptions {
  readonly generators?: number | undefined
}

export interface Load extends Disposable {
  readonly fleet: Fleet
  readonly dashboards: Dashboards
  /** Number of the newest block. */
  readonly number: number
  /** Multiplies the rate of reports and of blocks. */
  rate(factor: number): void
  stopBlocks(): void
  readonly openedInMs: number
}

const blockEveryMs = 5000
/** A new head reaches all agents within this time. */
const spreadMs = 600
const firstNumber = 1_000_000

/** Opens all agents, and disposes of the fleet where one is refused. */
const openFleet = async (port: number, { agents, generators, ...options }: LoadOptions): Promise<Fleet> => {
  const fleet = startFleet(generators ?? generatorsFor(agents))
  try {
    const { protocol, secret, policy, corked } = options
    await fleet.open({ protocol, secret, policy, corked, agents, host: '127.0.0.1', port })
  } catch (error) {
    fleet[Symbol.dispose]()
    throw error
  }
  return fleet
}

export const startLoad = async (target: ServerUnderTest, options: LoadOptions): Promise<Load> => {
  const began = performance.now()
  const fleet = await openFleet(target.port, options)
  const openedInMs = performance.now() - began
  const dashboards = createDashboards(target.port, options)
  fleet.onSent((id, number, at) => dashboards.blockSent(id, number, at))

  const start = Math.floor(Date.now() / 1000)
  let number = firstNumber
  let blocks: NodeJS.Timeout | undefined
  let factor = 1
  const announce = (): void => {
    number++
    // Header times go on as if a block came every five seconds, and never into the future.
    const timestampSeconds = Math.min(
      Math.floor(Date.now() / 1000),
      start + (number - firstNumber) * (blockEveryMs / 1000),
    )
    const { sampleEvery } = dashboards
    fleet.announce({
      number,
      timestampSeconds,
      sampleEvery,
      spreadMs: Math.min(spreadMs, (blockEveryMs / factor) * 0.6),
    })
  }
  const begin = (): void => {
    clearInterval(blocks)
    blocks = setInterval(announce, blockEveryMs / factor)
  }
  fleet.run(true)
  announce()
  begin()
  await dashboards.open()

  return {
    fleet,
    dashboards,
    get number() {
      return number
    },
    rate(next) {
      factor = next
      fleet.rate(next)
      begin()
    },
    stopBlocks: () => clearInterval(blocks),
    openedInMs,
    [Symbol.dispose]() {
      clearInterval(blocks)
      dashboards[Symbol.dispose]()
      fleet[Symbol.dispose]()
    },
  }
}
