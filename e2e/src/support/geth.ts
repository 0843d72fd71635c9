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

export interface Signer {
  readonly address: string
  readonly key: string
}

/** The first of the well-known development keys, by address as Clique wants its signers; they guard nothing. */
export const signers: readonly Signer[] = [
  {
    address: '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc',
    key: '5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  },
  {
    address: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
    key: '59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  },
  {
    address: '0x90f79bf6eb2c4f870365e785982e1f101e93b906',
    key: '7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
  },
  {
    address: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
    key: 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  },
]
const last = signers[3] as Signer

/** One more, to be voted in. */
export const candidate: Signer = {
  address: '0x15d34aaf54267db7d7c367839aaf71a00a2c6a65',
  key: '47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a',
}

const cliqueGenesis = (
  chainId: number,
  sealers: readonly Signer[],
  { period, epoch, london }: { readonly period: number; readonly epoch: number; readonly london: number },
): object => ({
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
    londonBlock: london,
    clique: { period, epoch },
  },
  difficulty: '1',
  gasLimit: '30000000',
  extradata: `0x${'00'.repeat(32)}${sealers.map(({ address }) => address.slice(2)).join('')}${'00'.repeat(65)}`,
  alloc: Object.fromEntries(sealers.map(({ address }) => [address.slice(2), { balance: '0x3635c9adc5dea00000' }])),
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

const common = (home: string, ethstats: string | undefined): string[] => [
  '--datadir',
  home,
  '--port',
  '0',
  '--nodiscover',
  '--authrpc.port',
  '0',
  '--ipcdisable',
  ...(ethstats === undefined ? [] : ['--ethstats', ethstats]),
]

export interface CliqueOptions {
  readonly chainId: number
  /** geth's own `name:secret@ws://host:port`; without it geth reports to nobody. */
  readonly ethstats?: string
  readonly signer?: Signer
  /** All who may seal. */
  readonly sealers?: readonly Signer[]
  /** Seconds. */
  readonly period?: number
  /** Blocks; votes begin afresh with each. */
  readonly epoch?: number
  /** Block from which headers have a base fee. */
  readonly london?: number
  readonly args?: readonly string[]
}

/** One Clique sealer; alone it seals a block every second. */
export const startSealer = (binary: string, options: CliqueOptions): Geth => {
  const { chainId, ethstats, signer = last, sealers = [signer], args = [] } = options
  const { period = 1, epoch = 30_000, london = 0 } = options
  const home = mkdtempSync(join(tmpdir(), 'netstats-geth-'))
  const file = (name: string, text: string): string => {
    const path = join(home, name)
    writeFileSync(path, text)
    return path
  }
  const password = file('password', 'development')
  const genesis = file('genesis.json', JSON.stringify(cliqueGenesis(chainId, sealers, { period, epoch, london })))
  execFileSync(binary, ['--datadir', home, 'init', genesis], { stdio: 'pipe' })
  const imported = ['--lightkdf', '--password', password, file('key', signer.key)]
  execFileSync(binary, ['--datadir', home, 'account', 'import', ...imported], { stdio: 'pipe' })
  const seal = ['--mine', '--miner.etherbase', signer.address, '--unlock', signer.address, '--password', password]
  const own = ['--networkid', String(chainId), ...seal, ...args]
  return run(binary, [...common(home, ethstats), ...own], String(chainId), home)
}

export const startCliqueGeth = (binary: string, chainId: number, ethstats: string): Geth =>
  startSealer(binary, { chainId, ethstats })

/** The newest geth seals only with a consensus client; its development mode brings one along. */
export const startDevGeth = (binary: string, ethstats: string): Geth => {
  const home = mkdtempSync(join(tmpdir(), 'netstats-geth-'))
  return run(binary, [...common(home, ethstats), '--dev', '--dev.period', '1'], '1337', home)
}
