/**
 * `npm run bench:consensus`: CPU time of what is concluded of a block, by engine and number of validators, as a ratio to
 * that of the signatures which have to be recovered, measured in the same run. A block that another node reports too
 * costs a look-up.
 */
import { createChain, parseHeader } from '@netstats/consensus'
import { recoverAddress } from '@netstats/consensus/encoding'
import { keyOf } from '../src/keys.ts'
import { simulatedEngines } from '../src/model.ts'
import { createNetwork } from '../src/network.ts'

const blocks = 40
const cpuUs = (run: () => void): number => {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const key = keyOf('bench')
const hash = new Uint8Array(32).fill(7)
const seal = key.sign(hash)
const recover = (times: number): void => {
  for (let n = 0; n < times; n++) recoverAddress(hash, seal)
}
recover(200)
const oneRecovery = cpuUs(() => recover(1000)) / 1000
process.stdout.write(
  `one recovery: ${oneRecovery.toFixed(0)} µs\n\n| engine | validators | recoveries | µs a block | ratio | µs again |\n`,
)
process.stdout.write('| --- | --: | --: | --: | --: | --: |\n')

for (const engine of simulatedEngines) {
  for (const validators of [4, 21, 100]) {
    const network = createNetwork({ engine, validators, seed: 1, period: 5 })
    network.runUntil(network.options.start + blocks * 5000 + 2500)
    const headers = network.made.map(({ header }) => header)
    const sealed = network.made.flatMap(({ truth }) => truth ?? [])
    const recoveries =
      sealed.reduce(
        (sum, truth) => sum + (truth.commitSealers?.length ?? 0) + (truth.commitSealers && engine !== 'ibft1' ? 0 : 1),
        0,
      ) / sealed.length
    const aura = network.nodes.map(({ key: { address } }) => address)
    const rules = engine === 'aura' ? { validatorsAt: () => aura } : {}
    const conclude = (chain = createChain(rules)) => {
      for (const header of headers) chain.add(parseHeader(header))
      return chain
    }
    const chain = conclude()
    const first = cpuUs(() => conclude()) / headers.length
    const again = cpuUs(() => conclude(chain)) / headers.length
    const ratio = first / (recoveries * oneRecovery)
    process.stdout.write(
      `| ${engine} | ${validators} | ${recoveries.toFixed(0)} | ${first.toFixed(0)} | ${ratio.toFixed(2)} | ${again.toFixed(0)} |\n`,
    )
  }
}
