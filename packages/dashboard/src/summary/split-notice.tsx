import type { NetworkSplit, SplitBranch } from '@netstats/protocol/feed'
import { count, plural } from '../format/numbers.ts'
import { writeRoute } from '../router/routes.ts'
import { Ago } from '../ui/values.tsx'

interface Props {
  readonly network: string
  readonly split: NetworkSplit
}

/** Names shown of a branch; the rest is a number. */
const shown = 6

/** Nodes follow different branches: which, and since when. */
export function SplitNotice({ network, split }: Props) {
  return (
    <section class="split-notice" aria-label="Split" role="status">
      <p>
        <b>Split above block {count(split.number)}</b>, <Ago at={split.since} />: nodes follow {split.branches.length}{' '}
        branches.
      </p>
      <ol>
        {split.branches.map((branch, i) => (
          <Branch key={branch.from} network={network} branch={branch} isHead={i === 0} />
        ))}
      </ol>
    </section>
  )
}

function Branch({
  network,
  branch,
  isHead,
}: {
  readonly network: string
  readonly branch: SplitBranch
  readonly isHead: boolean
}) {
  const named = branch.named.slice(0, shown)
  const more = branch.nodes - named.length
  return (
    <li>
      <a href={writeRoute({ page: 'block', network, hash: branch.hash })}>
        {count(branch.number)} <span class="hash">{branch.hash.slice(0, 10)}</span>
      </a>
      <span>
        {plural(branch.nodes, 'node', 'nodes')}
        {isHead && ', with the head'}:{' '}
        {named.map(({ id, name }, i) => (
          <>
            {i > 0 && ', '}
            <a key={id} href={writeRoute({ page: 'node', network, node: id })}>
              {name}
            </a>
          </>
        ))}
        {more > 0 && ` and ${count(more)} more`}
      </span>
    </li>
  )
}
