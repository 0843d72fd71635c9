/** What most pages need: their title, and the state of their network. */
import type { BlockRow } from '@netstats/protocol/feed'
import { useEffect, useMemo } from 'preact/hooks'
import { useTopic } from '../feed/topics.ts'
import { pastAt } from '../past/moment.ts'
import { keptColumns } from '../recorder/recorder.tsx'
import { arrangeSealers, learnSealers } from '../state/sealers.ts'
import { sealersOf } from '../state/settings.ts'
import { pageTitle } from '../state/tab.ts'

const none: readonly BlockRow[] = []

/** What most pages of a network need. */
export function useNetwork(network: string) {
  const summary = useTopic({ topic: 'summary', network }).value
  // Forks take places too: a few more than are drawn.
  const { data, waiting } = useTopic({ topic: 'blocks', network, limit: keptColumns + 12 }).value
  const blocks = data?.blocks ?? none
  const memory = sealersOf(network)
  const live = pastAt.value === undefined
  // While a request is under way, what is shown may be of another moment.
  const known = live && !waiting ? learnSealers(memory.value, blocks) : memory.value
  useEffect(() => {
    memory.value = known
  }, [memory, known])
  const arranged = useMemo(() => arrangeSealers(blocks, known, live), [blocks, known, live])
  // Rows keep the same sealers until their lanes change, not with every block.
  const key = arranged.lanes.map((lane) => `${lane.number} ${lane.address}`).join()
  const sealers = useMemo(() => arranged, [key])
  return { summary: summary.data, fault: summary.fault, blocks, sealers, known, live }
}

export function useTitle(title: string): void {
  useEffect(() => {
    pageTitle.value = title
  }, [title])
}
