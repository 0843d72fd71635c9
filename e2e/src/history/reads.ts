/** What the REST interface gives of the past. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ServerProcess } from '../support/processes.ts'
import type { SeenRow } from './history-oracle.ts'

type ExportedRow = Readonly<Record<string, string | number | boolean | null>>

/** A read is ended where the store has to put a file right that it holds; the server says when to ask again. */
const answerOf = async (url: string): Promise<Response> => {
  for (let asked = 1; ; asked++) {
    const answer = await fetch(url)
    const retryAfter = Number(answer.headers.get('retry-after'))
    if (answer.status !== 503 || !(retryAfter > 0) || asked === 10) return answer
    await answer.body?.cancel()
    await delay(retryAfter * 1000)
  }
}

/** All rows of a table from a moment on, as the server exports them. */
export const exported = async (
  server: Pick<ServerProcess, 'url'>,
  network: string,
  table: string,
  from: number,
): Promise<readonly ExportedRow[]> => {
  const path = `/api/v1/networks/${network}/export/${table}?format=ndjson&from=${Math.max(0, from)}`
  const answer = await answerOf(server.url + path)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ExportedRow)
}

/** Reports of nodes that carry a number of ours. */
export const reportsFrom = async (
  server: Pick<ServerProcess, 'url'>,
  network: string,
  from: number,
): Promise<readonly SeenRow[]> =>
  (await exported(server, network, 'nodeSample', from))
    .filter((row) => row['pending'] !== null)
    .map((row) => ({ key: `${row['node']} ${row['pending']}`, at: Number(row['at']) }))

export const sightsFrom = async (
  server: Pick<ServerProcess, 'url'>,
  network: string,
  from: number,
): Promise<readonly SeenRow[]> =>
  (await exported(server, network, 'blockSeen', from)).map((row) => ({
    key: `${row['node']} ${row['number']}`,
    at: Number(row['at']),
  }))

export const blocksFrom = async (
  server: Pick<ServerProcess, 'url'>,
  network: string,
  from: number,
): Promise<readonly SeenRow[]> =>
  (await exported(server, network, 'block', from)).map((row) => ({ key: String(row['number']), at: Number(row['at']) }))

export interface Health {
  readonly ok: boolean
  readonly parts: readonly { readonly id: string; readonly state: string; readonly reason?: string }[]
}

/** Whatever its status: a server that is not well answers 503 or 200 with the reason. */
export const healthOf = async (server: Pick<ServerProcess, 'url'>): Promise<Health> =>
  (await (await fetch(`${server.url}/healthz`)).json()) as Health
