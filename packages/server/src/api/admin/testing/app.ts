/** The API over a real file of agents and users, without a socket. For tests. */
import { createRecordingLogger } from '@netstats/sdk/testing'
import type { RecordingLogger } from '@netstats/sdk/testing'
import Fastify from 'fastify'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { roles } from '../../../auth/roles.ts'
import type { Role } from '../../../auth/roles.ts'
import { openTestAuth } from '../../../auth/testing/folder.ts'
import type { TestAuth } from '../../../auth/testing/folder.ts'
import type { Alarms } from '../../../alarms/alarms.ts'
import { createCore } from '../../../shard/mod.ts'
import { registerApi } from '../../api.ts'
import { registerGuard } from '../../guard.ts'
import { answerError } from '../../../net/problem.ts'

export interface AdminApi extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly test: TestAuth
  readonly log: RecordingLogger
  /** API token of a user of each role. */
  readonly tokens: Readonly<Record<Role, string>>
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, more?: Asked): Promise<LightMyRequestResponse>
}

interface Asked {
  readonly as?: Role | undefined
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

const root = { name: 'root', via: 'cli', address: '' } as const
export const password = 'correct horse battery'

/** With a user `alice`, who is an admin and has a password, and a script of each role. */
export const openAdminApi = async (
  config: object = {},
  prepare: (app: FastifyInstance) => void = () => undefined,
  alarms?: Alarms,
): Promise<AdminApi> => {
  const test = await openTestAuth({ failures: 1000, ...config })
  const { users } = test.auth.admin
  await users.add(root, { name: 'alice', role: 'admin', password })
  const tokenOf = (role: Role): string => users.addWithToken(root, { name: `script-${role}`, role }).token
  const tokens = Object.fromEntries(roles.map((role) => [role, tokenOf(role)])) as Record<Role, string>
  const log = createRecordingLogger()
  const app = Fastify({
    frameworkErrors: answerError(log),
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
  })
  prepare(app)
  registerGuard(app, test.auth)
  registerApi(app, {
    core: createCore(),
    auth: test.auth,
    ...(alarms && { alarms }),
    version: '1.2.3',
    log,
    now: () => test.clock.now(),
    monotonic: () => 0,
  })
  await app.ready()
  return {
    app,
    test,
    log,
    tokens,
    ask(method, path, { as, body, headers = {} } = {}) {
      const request: InjectOptions = {
        method,
        url: `/api/v1${path}`,
        headers: { ...(as === undefined ? {} : { authorization: `Bearer ${tokens[as]}` }), ...headers },
      }
      if (body !== undefined) {
        request.payload = typeof body === 'string' ? body : JSON.stringify(body)
        request.headers = { 'content-type': 'application/json', ...request.headers }
      }
      return app.inject(request)
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await test[Symbol.asyncDispose]()
    },
  }
}
