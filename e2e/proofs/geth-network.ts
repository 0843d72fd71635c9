/**
 * `npm run proof:geth-network -- --minutes 10`: four real geths seal a Clique network and report by themselves, while the
 * machine does whatever else it does. Ends with 1 where a node counted as inactive or a geth gave its connection up.
 */
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { findGeth } from '../../scripts/geth.ts'
import { runGethNetwork } from '../src/geth-network/geth-network-run.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const binary = findGeth('clique', say)
if (binary === undefined)
  throw new Error('neither geth v1.13.15 nor Go to build it: install Go 1.23, or name it in GETH_CLIQUE')

const before = loadavg()
const run = await runGethNetwork({ binary, chainId: 18_425, seconds: Number(values.minutes) * 60, log: say })
say(JSON.stringify({ ...run, loadBefore: before, loadAfter: loadavg() }, undefined, 2))
const good = run.alarms === 0 && run.inactive === 0 && run.pingerDied === 0 && run.blocks > 0
say(good ? 'no node counted as inactive, and no geth gave its connection up' : 'it does not hold')
process.exitCode = good ? 0 : 1
