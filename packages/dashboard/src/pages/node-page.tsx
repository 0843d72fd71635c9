import type { NodeRow } from '@netstats/protocol/feed'
import { alarmsHref } from '../alarms/links.ts'
import { useTopic } from '../feed/topics.ts'
import { behindText, weiAmount } from '../format/chain.ts'
import { compact, count, percent, unknown } from '../format/numbers.ts'
import { duration, instant } from '../format/time.ts'
import { Facts } from '../panels/panel.tsx'
import { pastAt } from '../past/moment.ts'
import { queryOf } from '../rest/rest.ts'
import { NodeTools } from '../roster/roster-tools.tsx'
import { writeRoute } from '../router/routes.ts'
import { conditionOf, conditionWords } from '../state/condition.ts'
import type { Sealers } from '../state/sealers.ts'
import { maxPins, pinsOf, toggled } from '../state/settings.ts'
import { Glyph } from '../ui/glyph.tsx'
import { Later } from '../ui/later.tsx'
import { Ago, Sealer } from '../ui/values.tsx'
import { useNetwork, useTitle } from './hooks.ts'
import { Message, NetworkFault, Waiting } from './message.tsx'
import { NodeDelays } from './node-delays.tsx'

const nodeWhy = async () => (await import('../alarms/node-why.tsx')).NodeWhy
const hostSection = async () => (await import('../metrics/host-section.tsx')).HostSection
const nodeLogs = async () => (await import('../logs/node-logs.tsx')).NodeLogs

interface Props {
  readonly network: string
  readonly node: string
}

export function NodePage({ network, node }: Props) {
  const { summary, fault, sealers } = useNetwork(network)
  const view = useTopic({ topic: 'node', network, node }).value
  useTitle(view.data?.name ?? node)
  if (fault && !summary) return <NetworkFault network={network} fault={fault} />
  if (view.fault && view.data === undefined && pastAt.value !== undefined)
    return <NetworkFault network={network} fault={view.fault} />
  if (view.data === null || (view.fault && !view.data)) {
    return (
      <Message title={`No node ${node}`}>
        <p>
          {pastAt.value === undefined
            ? `Network ${network} does not know it. Nodes that stay inactive for long are forgotten by the server.`
            : `Network ${network} did not know it at that moment.`}{' '}
          <a href={writeRoute({ page: 'network', network })}>All nodes of the network</a>
        </p>
      </Message>
    )
  }
  if (!view.data) return <Waiting what="the node" />
  return (
    <article class="node-page">
      <NodeHead network={network} row={view.data} />
      <Later load={nodeWhy} props={{ network, row: view.data }} />
      <NodeDelays
        row={view.data}
        head={summary?.head?.number ?? null}
        networkP95={summary?.propagation.p95Ms ?? null}
      />
      <div class="fact-columns">{factsOf(view.data, network, sealers)}</div>
      <Later load={hostSection} what="charts" props={{ network, node }} />
      <Later load={nodeLogs} what="logs" props={{ network, node }} />
    </article>
  )
}

function NodeHead({ network, row }: { readonly network: string; readonly row: NodeRow }) {
  const condition = conditionOf(row)
  const pins = pinsOf(network)
  const pinned = pins.value.includes(row.id)
  return (
    <header class="page-head">
      <h1>
        <Glyph condition={condition} quiet /> {row.name}
      </h1>
      <p>
        <b class={`is-${condition}`}>{conditionWords[condition]}</b>
        {row.behind !== null && row.behind > 0 && `, ${count(row.behind)} behind the head`}, {row.state} for{' '}
        <Ago at={row.stateSince} />
        <span class="faint"> since {instant(row.stateSince)}</span>
      </p>
      <div class="page-tools">
        <a class="chip" href={writeRoute({ page: 'history', network, node: row.id })}>
          Charts of its history
        </a>
        <a class="chip" href={`${writeRoute({ page: 'logs', network })}${queryOf({ node: row.id })}`}>
          Its logs
        </a>
        <a class="chip" href={alarmsHref(network, { view: 'history', node: row.id })}>
          Its alarms
        </a>
        <button
          type="button"
          class="chip"
          aria-pressed={pinned}
          onClick={() => {
            pins.value = toggled(pins.value, row.id, maxPins)
          }}
        >
          {pinned ? 'Pinned' : 'Pin to the top'}
        </button>
      </div>
      <NodeTools network={network} row={row} />
    </header>
  )
}

const yesNo = (value: boolean | null): string => (value === null ? unknown : value ? 'yes' : 'no')

function factsOf(row: NodeRow, network: string, sealers: Sealers) {
  const place = [row.city, row.country].filter(Boolean).join(', ')
  return (
    <>
      <Facts
        title="Chain"
        facts={[
          ['Latest block', count(row.blockNumber)],
          ['Behind the head', behindText(row.behind)],
          [
            'Hash',
            row.blockHash ? (
              <a class="hash is-whole" href={writeRoute({ page: 'block', network, hash: row.blockHash })}>
                {row.blockHash}
              </a>
            ) : (
              unknown
            ),
          ],
          ['Sealed by', row.blockMiner ? <Sealer address={row.blockMiner} sealers={sealers} /> : unknown],
          ['Reported', <Ago at={row.blockAt} />],
          ['How blocks arrive', row.polled ? 'polled, left out of propagation' : 'announced by the node'],
          ['Transactions, uncles', `${count(row.blockTransactions)}, ${count(row.blockUncles)}`],
          ['Total difficulty', row.totalDifficulty ?? unknown],
          ['Time to execute', duration(row.processingMs)],
          ['Pending transactions', count(row.pending)],
          ['Gas price', weiAmount(row.gasPrice)],
        ]}
      />
      <Facts
        title="Health"
        facts={[
          ['Peers', count(row.peers)],
          ['Syncing', yesNo(row.syncing)],
          ['Seals blocks', yesNo(row.mining)],
          ['Hash rate', compact(row.hashrate)],
          ['Latency, as it reports it', duration(row.latencyMs)],
          ['Round trip, measured', duration(row.roundTripMs)],
          ['Uptime, measured', percent(row.uptime)],
          ['Uptime, as it reports it', percent(row.reportedUptime)],
          ['Connections since it was first seen', count(row.sessions)],
          ['Last message', <Ago at={row.lastSeenAt} />],
          ['Known since', instant(row.firstSeenAt)],
        ]}
      />
      <Facts
        title="Software and place"
        facts={[
          ['Client', [row.clientName, row.clientVersion].filter(Boolean).join(' ') || unknown],
          ['Client, as reported', row.client ?? unknown],
          ['System', [row.os, row.osVersion].filter(Boolean).join(' ') || unknown],
          ['Protocol, port', `${row.protocol ?? unknown}, ${row.port ?? unknown}`],
          ['API', row.api ?? unknown],
          ['Reported by', row.reporter ?? unknown],
          ['Coinbase', <span class="hash is-whole">{row.coinbase ?? unknown}</span>],
          ['Contact', row.contact ?? unknown],
          ['Place', place || unknown],
          ['Id', row.id],
        ]}
      />
    </>
  )
}
