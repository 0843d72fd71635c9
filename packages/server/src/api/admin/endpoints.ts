/** Administration over REST: the table of operations as endpoints. Lists are read with GET, the rest is POST with a body. */
import { z } from 'zod'
import { operations, shapes } from '../../auth/operations.ts'
import type { Operation } from '../../auth/operation.ts'
import { described, endpoint, integer, nothing } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { named } from '../live-schemas.ts'
import { actorOf, onAuth } from './auth.ts'

for (const [id, shape] of Object.entries(shapes)) named(id, `${id.replaceAll(/\B(?=[A-Z])/g, ' ')}.`, shape)

/** Parameters of lists come as text. */
const listQueries: Readonly<Record<string, z.ZodRawShape>> = {
  'agents/list': {
    offset: integer(0, 1_000_000, 'Agents to leave out at the beginning.').optional(),
    limit: integer(1, 1000, 'Agents to give at most; 1000 by default.').optional(),
  },
  'agents/refused': {},
  'users/list': {},
  'networks/list': {},
  'nodes/list': {
    inactive: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional()
      .meta({ description: '`true`: only those that are inactive.', [described]: { type: 'boolean' } }),
  },
  'audit/list': {
    limit: integer(1, 1000, 'Entries to give at most; 100 by default.').optional(),
    before: integer(0, Number.MAX_SAFE_INTEGER, 'Only entries before the one with this id.').optional(),
  },
}

const endpointOf = (name: string, operation: Operation): Endpoint => {
  const query = listQueries[name]
  const { id, summary, role, args, result } = operation
  return endpoint({
    id,
    summary,
    role,
    method: query === undefined ? 'POST' : 'GET',
    path: `/admin/${query === undefined ? name : name.replace(/\/list$/, '')}`,
    params: nothing,
    query: query === undefined ? args : args.extend(query),
    response: result,
    personal: true,
    problems: query === undefined ? [404, 409, 503] : 'network' in args.shape ? [404, 503] : [503],
    handle: (context, _, given, options) =>
      onAuth(context, ({ admin }) => operation.run(admin, actorOf(options), given)),
  })
}

export const adminEndpoints: readonly Endpoint[] = Object.entries(operations).map(([name, operation]) =>
  endpointOf(name, operation as unknown as Operation),
)
