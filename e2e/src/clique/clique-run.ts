/**
 * A Clique network of real geths, with a fifth signer voted in and one of the first voted out, over epochs and the London
 * fork: what the headers alone tell is held against `clique_getSigner` and `clique_getSnapshotAtHash` at every block.
 */
import { createChain, parseHeader } from '@netstats/consensus'
import type { Facts } from '@netstats/consensus'
import { introduce, rpc } from '../support/geth-rpc.ts'
import { candidate, signers, startSealer } from '../support/geth.ts'
import { freePort, until } from '../support/processes.ts'

export interface CliqueRunOptions {
  readonly binary: string
  readonly chainId: number
  readonly blocks: number
  readonly epoch: number
  readonly london: number
  readonly log?: (line: string) => void
}

export interface CliqueRun {
  readonly blocks: number
  readonly outOfTurn: number
  /** Blocks after which the set of signers was another one. */
  readonly changes: readonly number[]
  readonly withBaseFee: number
  /** Where headers and geth say different things. */
  readonly differences: readonly string[]
}

interface Snapshot {
  readonly signers: Readonly<Record<string, unknown>>
}

export const runClique = async (options: CliqueRunOptions): Promise<CliqueRun> => {
  const { binary, chainId, blocks, epoch, london, log = () => undefined } = options
  await using geths = new AsyncDisposableStack()
  const ports: number[] = []
  for (const signer of [...signers, candidate]) {
    const [p2p, http] = [await freePort(), await freePort()]
    ports.push(http)
    const network = ['--port', String(p2p), '--http', '--http.port', String(http), '--http.api', 'admin,eth,clique']
    const args = [...network, '--allow-insecure-unlock', '--verbosity', '2']
    geths.use(startSealer(binary, { chainId, signer, sealers: signers, period: 1, epoch, london, args }))
  }
  await introduce(ports)
  const [first = 0] = ports
  const height = async (): Promise<number> => Number(await rpc(first, 'eth_blockNumber'))
  const reach = (number: number): Promise<true> =>
    until(
      `block ${number}`,
      async () => ((await height()) >= number ? true : undefined),
      undefined,
      (number + 60) * 5000,
    )
  const proposeEverywhere = async (address: string, isIn: boolean): Promise<void> => {
    for (const port of ports) await rpc(port, 'clique_propose', address, isIn)
  }
  await reach(3)
  await proposeEverywhere(candidate.address, true)
  await reach(Math.floor(blocks / 2))
  await proposeEverywhere(signers[0]?.address ?? '', false)
  await reach(blocks)
  log(`${blocks} blocks are there`)
  return await compare(first, blocks)
}

const compare = async (port: number, blocks: number): Promise<CliqueRun> => {
  const chain = createChain()
  const all: Facts[] = []
  const differences: string[] = []
  const changes: number[] = []
  let withBaseFee = 0
  let before: readonly string[] = []
  for (let number = 0; number <= blocks; number++) {
    const header = (await rpc(port, 'eth_getBlockByNumber', `0x${number.toString(16)}`, false)) as Record<
      string,
      string
    >
    const facts = chain.add(parseHeader(header))
    const snapshot = (await rpc(port, 'clique_getSnapshotAtHash', header['hash'])) as Snapshot
    const after = Object.keys(snapshot.signers).toSorted((a, b) => (a < b ? -1 : 1))
    if ('baseFeePerGas' in header) withBaseFee++
    if (number > 0) {
      const signer = await rpc(port, 'clique_getSigner', header['hash'])
      const inTurn = before[number % before.length]
      const expected = { matches: true, signer, set: before.join(), inTurn, isInTurn: signer === inTurn }
      const found = {
        matches: facts.hashMatches,
        signer: facts.sealer,
        set: facts.validators?.join(),
        inTurn: facts.expected,
        isInTurn: facts.inTurn,
      }
      if (JSON.stringify(found) !== JSON.stringify(expected))
        differences.push(`block ${number}: headers say ${JSON.stringify(found)}, geth ${JSON.stringify(expected)}`)
      if (before.join() !== after.join()) changes.push(number)
      all.push(facts)
    }
    before = after
  }
  return { blocks, outOfTurn: all.filter(({ inTurn }) => inTurn === false).length, changes, withBaseFee, differences }
}
