/** The API over a store, without a socket. For tests. */
import { createMemoryStore } from '@netstats/store/testing'
import { createRecordingLogger } from '@netstats/sdk/testing'
import type { MemoryStore, MemoryStoreOptions } from '@netstats/store/testing'
import type { RecordingLogger } from '@netstats/sdk/testing'
import type { Store } from '@netstats/store'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { connected } from '../../../feed/testing/traffic.ts'
import { createCore } from '../../../shard/mod.ts'
import { apiPrefix, registerApi } from '../../api.ts'
import type { ApiCounts, ApiOptions } from '../../api.ts'
import { answerError } from '../../../net/problem.ts'
import { fillWorld, readerOf, worldEnd } from './world.ts'

export interface TestApi extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly log: RecordingLogger
  counts(): ApiCounts
  get(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Readonly<Record<string, unknown>>; text: string }>
  /** Body of what must be answered with 200. */
  json<T = Record<string, unknown>>(path: string): Promise<T>
  /** Code of the problem it is answered with. */
  problem(path: string): Promise<string>
}

interface TestApiOptions extends Partial<ApiOptions> {
  readonly usable?: () => boolean
}

/** Over a store that holds the world. */
export const openTestApi = async (store: Store, options: TestApiOptions = {}): Promise<TestApi> => {
  const { usable, ...given } = options
  const core = createCore()
  core.apply(connected(9, worldEnd, '42'))
  const log = createRecordingLogger()
  const app = Fastify({
    frameworkErrors: answerError(log),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
  })
  const history = await readerOf(store, usable === undefined ? {} : { usable })
  const api = registerApi(app, {
    core,
    history,
    version: '1.2.3',
    log,
    now: () => worldEnd,
    monotonic: () => 0,
    ...given,
  })
  await app.ready()
  const get: TestApi['get'] = async (path, headers = {}) => {
    const url = path.startsWith(apiPrefix) ? path : apiPrefix + path
    const { statusCode, headers: answered, body } = await app.inject({ url, headers })
    return { status: statusCode, headers: answered, text: body }
  }
  return {
    app,
    log,
    counts: () => api.counts(),
    get,
    async json<T>(path: string) {
      const { status, text } = await get(path)
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
      return JSON.parse(text) as T
    },
    async problem(path) {
      const { text } = await get(path)
      return (JSON.parse(text) as { code: string }).code
    },
    [Symbol.asyncDispose]: () => app.close(),
  }
}

export const filledStore = async (options: MemoryStoreOptions = {}): Promise<MemoryStore> => {
  const store = createMemoryStore(options)
  await fillWorld(store)
  return store
}
