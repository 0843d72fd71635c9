import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A geth process of its own, with data in a folder that goes with it. */
export interface Geth extends AsyncDisposable {
  readonly networkId: string
  /** What it wrote so far; its last lines explain a failure. */
  log(): string
}

// The first of the well-known development keys; it guards nothing.
const signer = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const signerKey = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

const cliqueGenesis = (chainId: number): object => ({
  config: {
    chainId,
    homesteadBlock: 0,
    eip150Block: 0,
    eip155Block: 0,
    eip158Block: 0,
    byzantiumBlock: 0,
    constantinopleBlock: 0,
    petersburgBlock: 0,
    istanbulBlock: 0,
    berlinBlock: 0,
    londonBlock: 0,
    clique: { period: 1, epoch: 30_000 },
  },
  difficulty: '1',
  gasLimit: '30000000',
  extradata: `0x${'00'.repeat(32)}${signer.slice(2)}${'00'.repeat(65)}`,
  alloc: { [signer.slice(2)]: { balance: '0x3635c9adc5dea00000' } },
})

const run = (binary: string, args: readonly string[], networkId: string, home: string): Geth => {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString()).slice(-100_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const exit = new Promise<void>((done) => child.once('exit', () => done()))
  return {
    networkId,
    log: () => log,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exit
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const common = (home: string, ethstats: string): string[] => [
  '--datadir',
  home,
  '--port',
  '0',
  '--nodiscover',
  '--authrpc.port',
  '0',
  '--ipcdisable',
  '--ethstats',
  ethstats,
]

/** A single Clique sealer with a block every second. `ethstats` is geth's own `name:secret@ws://host:port`. */
export const startCliqueGeth = (binary: string, chainId: number, ethstats: string): Geth => {
  const home = mkdtempSync(join(tmpdir(), 'netstats-geth-'))
  const file = (name: string, text: string): string => {
    const path = join(home, name)
    writeFileSync(path, text)
    return path
  }
  const password = file('password', 'development')
  const genesis = file('genesis.json', JSON.stringify(cliqueGenesis(chainId)))
  execFileSync(binary, ['--datadir', home, 'init', genesis], { stdio: 'pipe' })
  execFileSync(binary, ['--datadir', home, 'account', 'import', '--password', password, file('key', signerKey)], {
    stdio: 'pipe',
  })
  const seal = ['--mine', '--miner.etherbase', signer, '--unlock', signer, '--password', password]
  return run(binary, [...common(home, ethstats), '--networkid', String(chainId), ...seal], String(chainId), home)
}

/** The newest geth seals only with a consensus client; its development mode brings one along. */
export const startDevGeth = (binary: string, ethstats: string): Geth => {
  const home = mkdtempSync(join(tmpdir(), 'netstats-geth-'))
  return run(binary, [...common(home, ethstats), '--dev', '--dev.period', '1'], '1337', home)
}
