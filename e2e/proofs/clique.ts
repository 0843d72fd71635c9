/** `npm run e2e:clique -- --blocks 240`: what headers tell of a real Clique network, held against its geths. */
import { parseArgs } from 'node:util'
import { findGeth } from '../../scripts/geth.ts'
import { runClique } from '../src/clique/clique-run.ts'

const { values } = parseArgs({ options: { blocks: { type: 'string', default: '240' } } })
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const binary = findGeth('clique', say)
if (binary === undefined)
  throw new Error('neither geth v1.13.15 nor Go to build it: install Go 1.23, or name it in GETH_CLIQUE')

const blocks = Number(values.blocks)
const run = await runClique({ binary, chainId: 18_426, blocks, epoch: 60, london: 70, log: say })
const { outOfTurn, changes, withBaseFee, differences } = run
for (const one of differences.slice(0, 20)) say(one)
say(
  `${blocks} blocks, ${outOfTurn} out of turn, signers changed after ${changes.join(' and ')}, ${withBaseFee} with a base fee: ` +
    `${differences.length} differences from clique_getSigner and clique_getSnapshotAtHash`,
)
process.exitCode = differences.length === 0 && changes.length === 2 ? 0 : 1
