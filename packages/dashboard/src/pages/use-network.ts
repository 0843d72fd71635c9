import { useTopic } from '../feed/topics.ts'
import { keptColumns } from '../recorder/recorder.tsx'
import { arrangeSealers } from '../state/sealers.ts'
import { useMemo } from 'preact/hooks'

/** What most pages of a network need. */
export function useNetwork(network: string) {
  const summary = useTopic({ topic: 'summary', network }).value
  // Forks take places too: a few more than are drawn.
  const blocks = useTopic({ topic: 'blocks', network, limit: keptColumns + 12 }).value.data?.blocks ?? []
  const arranged = useMemo(() => arrangeSealers(blocks), [blocks])
  // Rows keep the same sealers until their lanes change, not with every block.
  const key = arranged.lanes.map((lane) => lane.address).join()
  const sealers = useMemo(() => arranged, [key])
  return { summary: summary.data, fault: summary.fault, blocks, sealers }
}
