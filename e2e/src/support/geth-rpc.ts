/** Asks geths over JSON-RPC, and makes them peers. */
import { until } from './processes.ts'

export const rpc = async (port: number, method: string, ...params: readonly unknown[]): Promise<unknown> => {
  const answer = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return ((await answer.json()) as { readonly result?: unknown }).result
}

/** Each knows all that started before it. */
export const introduce = async (ports: readonly number[]): Promise<void> => {
  const enodes: string[] = []
  for (const port of ports) {
    const info = await until('geth', async () => (await rpc(port, 'admin_nodeInfo')) as { enode: string } | undefined)
    for (const enode of enodes) await rpc(port, 'admin_addPeer', enode)
    enodes.push(info.enode.replace(/@.*:(\d+).*$/, '@127.0.0.1:$1'))
  }
}
