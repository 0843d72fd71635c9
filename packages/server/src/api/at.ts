/** The same questions about a moment in the past: with `at`, an endpoint of the live state answers from the history. */
import type { NetworkView } from '../shard/shard-model.ts'
import { Answer } from './answer.ts'
import type { ApiContext, HandleOptions } from './endpoint.ts'
import { onNetwork } from './endpoint.ts'
import { onPast } from './history/past.ts'
import { time } from './history/parameters.ts'
import { Problem } from '../net/problem.ts'

/** Clocks differ: a moment this far ahead is taken for now. */
const aheadMs = 1000
/** After this time nothing more comes in about a moment: it may be kept by the one who asked. */
const settledAfterMs = 60_000
const maxAge = 3600

export const at = time('The network as it was at this moment; as it is now where it is left out.').optional()

/** Runs `use` on the network, live or as it was, if there is one. */
export const onPointInTime = (
  context: ApiContext,
  network: string,
  moment: number | undefined,
  options: HandleOptions,
  use: (view: NetworkView) => unknown,
): unknown =>
  moment === undefined ? onNetwork(context, network, use) : onPastMoment(context, network, moment, options, use)

const onPastMoment = async (
  context: ApiContext,
  network: string,
  moment: number,
  options: HandleOptions,
  use: (view: NetworkView) => unknown,
): Promise<unknown> => {
  const now = context.now()
  if (moment > now + aheadMs) {
    const errors = [{ parameter: 'at', message: 'lies in the future' }]
    return new Problem('API_PARAMETER_INVALID', 'at: lies in the future', { errors })
  }
  const given = await onPast(context, network, options, async ({ reader }) => {
    const view = await reader.viewAt(network, moment, { signal: options.signal })
    return view === undefined
      ? new Problem('API_TIME_UNKNOWN', `Nothing was known of "${network}" at that moment.`)
      : options.spend(() => use(view))
  })
  return given instanceof Problem || moment > now - settledAfterMs ? given : new Answer(given, maxAge)
}
