/** Under the head of every page: how the network is, in one sentence, and how many alarms need somebody. */
import type { TopicData } from '@netstats/protocol/feed'
import { useEffect, useMemo } from 'preact/hooks'
import { alarmsHref } from '../alarms/links.ts'
import { createTeller, notesOf, notifyFrom, permitted, show } from '../alarms/notify.ts'
import { SeveritySign } from '../alarms/severity-sign.tsx'
import { countWords, needing, toneOf, verdictOf, worstOf } from '../alarms/severity.ts'
import { useOpenAlarms } from '../alarms/use-open-alarms.ts'
import { count, plural } from '../format/numbers.ts'
import { pastAt } from '../past/moment.ts'
import { openCounts } from '../state/tab.ts'

export function VerdictLine({ network }: { readonly network: string | undefined }) {
  const { data, fault } = useOpenAlarms().value
  useEffect(() => {
    openCounts.value = data?.counts
  }, [data?.counts])
  useNotifications(data?.alarms)
  const verdict = data && (verdictOf(data.verdicts, network) ?? serverVerdict(data))
  const level = verdict?.level ?? 'unknown'
  // Spoken when the level changes; the sentence has figures that change more often.
  const spoken = useMemo(() => (verdict ? sentence(verdict.text) : ''), [level])
  if (fault && !data) return null
  return (
    <section class={`verdict-line is-${toneOf(level)}`} aria-label="Verdict">
      <p class="visually-hidden" role="status">
        {spoken}
      </p>
      {verdict && (
        <p class="verdict-words">
          <SeveritySign level={level} />
          <span>
            {pastAt.value !== undefined && <span class="label">now: </span>}
            {sentence(verdict.text)}
          </span>
        </p>
      )}
      {data && <OpenLink data={data} />}
    </section>
  )
}

/** Where no network is judged yet, alarms of the server may be open all the same. */
const serverVerdict = ({ counts }: TopicData['alarms']) => {
  const worst = worstOf(counts)
  return worst === undefined ? undefined : { level: worst, text: 'alarms are open' }
}

const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`

function OpenLink({ data: { counts } }: { readonly data: TopicData['alarms'] }) {
  const open = needing(counts)
  const worst = worstOf(counts)
  const cared = counts.acknowledged
  return (
    <a class={`verdict-open is-${toneOf(worst ?? 'ok')}`} href={alarmsHref()} title="Alarms (!)">
      {worst === undefined ? (
        cared === 0 ? (
          'no open alarms'
        ) : (
          `${plural(cared, 'alarm', 'alarms')}, acknowledged`
        )
      ) : (
        <>
          <b>{plural(open, 'open alarm', 'open alarms')}</b>
          <span class="verdict-counts">: {countWords(counts)}</span>
          {cared > 0 && <span class="verdict-cared faint">, {count(cared)} acknowledged</span>}
        </>
      )}
    </a>
  )
}

function useNotifications(open: TopicData['alarms']['alarms'] | undefined): void {
  const teller = useMemo(createTeller, [])
  useEffect(() => {
    if (open === undefined) return
    const news = teller.take(open, document.hidden, permitted() ? notifyFrom.peek() : undefined)
    for (const note of notesOf(news, alarmsHref())) show(note)
  }, [open])
}
