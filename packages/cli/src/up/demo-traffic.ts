import { rpcCall } from './rpc-call.ts'

export interface TrafficOptions {
  /** JSON-RPC of a chain with unlocked accounts. */
  readonly endpoint: string
  readonly everyMs: number
  readonly random?: () => number
  readonly signal: AbortSignal
}

/** Sends a few transfers between the unlocked accounts of a demo chain, so that its blocks differ. Ends with the signal. */
export const makeTraffic = async ({
  endpoint,
  everyMs,
  random = Math.random,
  signal,
}: TrafficOptions): Promise<void> => {
  const http = endpoint.replace(/^ws/, 'http')
  const call = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    rpcCall(http, method, params, { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) })
  let accounts: readonly string[] = []
  let turn = 0
  while (!signal.aborted) {
    try {
      if (accounts.length === 0) accounts = (await call('eth_accounts')) as string[]
      // The blocks of a demo are sealed in turn, as those of a proof-of-authority network are.
      await call('anvil_setCoinbase', [accounts[turn++ % sealers]])
      for (let left = transfersNow(random); left > 0; left--) {
        await call('eth_sendTransaction', [transfer(accounts, random)])
      }
    } catch {
      // A demo that missed a transfer is still a demo; a chain that ended is noticed by who started it.
    }
    await pause(everyMs, signal)
  }
}

/** Accounts that seal in turn. */
const sealers = 3

/** Mostly none to three, now and then a burst. */
const transfersNow = (random: () => number): number =>
  random() < 0.08 ? 8 + Math.floor(random() * 17) : Math.floor(random() * 4)

const transfer = (accounts: readonly string[], random: () => number): object => {
  const pick = (): string | undefined => accounts[Math.floor(random() * accounts.length)]
  return { from: pick(), to: pick(), value: `0x${(1 + Math.floor(random() * 1e12)).toString(16)}`, gas: '0x5208' }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
