/**
 * Everything that can be done to agents and users: one table for REST (`POST /api/v1/admin/NAME`), for the admin socket
 * (`POST /auth/NAME`) and for commands that open the file themselves.
 */
import { z } from 'zod'
import { isPlain } from './plain.ts'
import { toldReasons } from '../bus/refusal-cures.ts'
import { roles } from './roles.ts'
import { operation } from './operation.ts'
import { rosterOperations, rosterShapes } from './roster-operations.ts'

const line = (most: number) => z.string().min(1).max(most).refine(isPlain, 'has a character that is not shown')

const id = line(200)
  .refine((text) => text.trim() === text, 'begins or ends with a blank')
  .describe('Identity of the agent: its name, for a native node the name it logs in with.')
const network = line(200).optional().describe('Network id it is bound to; left out: every network.')
const place = z.strictObject({ id, network })
const key = z.string().min(1).max(1000).describe('Ed25519 public key: base64 of its 32 bytes, or PEM.')
const name = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u,
    'expected letters, digits and . _ @ -, at most 64, a letter or digit first',
  )
  .describe('Name of the user.')
const role = z.enum(roles).describe('What it may: look, administer agents, administer users too.')
const password = z.string().min(1).max(1024).describe('At least 10 characters.')

const lifeMs = z
  .int()
  .min(60_000)
  .max(100 * 365 * 86_400_000)
  .nullable()
  .optional()
  .describe('How long the API token holds, milliseconds; null: without end. A year where it is left out.')

export const time = z.number().describe('Unix time in milliseconds.')
const agent = z.object({
  id: z.string(),
  network: z.string().nullable().describe('Null: every network.'),
  state: z.enum(['active', 'revoked', 'banned']),
  hasToken: z.boolean(),
  key: z.string().nullable().describe('Ed25519 public key, base64.'),
  note: z.string(),
  createdAt: time,
  rotatedAt: time.nullable(),
  revokedAt: time.nullable(),
  bannedAt: time.nullable(),
  seenAt: time.nullable().describe('Its last login.'),
})
const user = z.object({
  name: z.string(),
  role: z.enum(roles),
  kind: z.enum(['password', 'token']).describe('A person with a password or a script with an API token.'),
  tokenEndsAt: time.nullable().describe('When the API token ends; null: never, or there is none.'),
  createdAt: time,
  changedAt: time,
})
const entry = z.object({
  id: z.int(),
  at: time,
  actor: z.string().describe('Who did it.'),
  via: z.string().describe('How: cli, session, token, login or server.'),
  address: z.string().describe('From where; empty for the machine of the server.'),
  action: z.string(),
  subject: z.string().describe('What it was done to.'),
  result: z.string(),
  detail: z.string(),
})

const refusedLogin = z.object({
  name: z.string().describe('As it calls itself; empty where it has not said, or where many names came from there.'),
  address: z.string(),
  reason: z.enum(toldReasons),
  via: z.enum(['ethstats', 'netstats', 'http', 'login']).describe('What it spoke; `login`: a person.'),
  cure: z.string().describe('What to do about it.'),
  firstAt: time,
  lastAt: time,
  count: z.int(),
})

/** What comes back, by name; OpenAPI lists them so. */
export const shapes = {
  Agent: agent,
  AgentList: z.object({ total: z.int(), agents: z.array(agent) }),
  AgentWithToken: z.object({
    agent,
    token: z.string().nullable().describe('The token, shown this once; null for an agent with a key alone.'),
  }),
  AgentChanged: z.object({ agent: agent.nullable().describe('Null: nothing is known of it any more.') }),
  RefusedLogin: refusedLogin,
  RefusedList: z.object({
    refused: z.array(refusedLogin).describe('The last one first; since the start of the server.'),
  }),
  User: user,
  UserList: z.object({ users: z.array(user) }),
  UserWithToken: z.object({ user, token: z.string().nullable().describe('The API token, shown this once.') }),
  UserChanged: z.object({ user: user.nullable().describe('Null: it is gone.') }),
  AuditList: z.object({ entries: z.array(entry).describe('Newest first.') }),
  ...rosterShapes,
} as const

const withToken = <T>({ token, ...rest }: T & { token: string | undefined }) => ({ ...rest, token: token ?? null })

export const operations = {
  'agents/list': operation({
    id: 'listAgents',
    summary: 'Agents that have a token, a key or a ban.',
    role: 'operator',
    args: z.strictObject({ offset: z.int().min(0).optional(), limit: z.int().min(1).max(1000).optional() }),
    result: shapes.AgentList,
    run({ agents }, _, { offset = 0, limit = 1000 }) {
      const all = agents.list()
      return { total: all.length, agents: all.slice(offset, offset + limit) }
    },
  }),
  'agents/refused': operation({
    id: 'listRefused',
    summary: 'Agents, nodes and people who were refused since the server was started, why, and what to do.',
    role: 'operator',
    args: z.strictObject({}),
    result: shapes.RefusedList,
    run: ({ refused }) => ({ refused: [...refused.list()] }),
  }),
  'agents/add': operation({
    id: 'addAgent',
    summary:
      'Makes an agent known, with a token of its own unless it has a key. Its id cannot log in with a shared secret from now on.',
    role: 'operator',
    args: z.strictObject({
      id,
      network,
      key: key.optional(),
      token: z.boolean().optional().describe('Whether to make a token; by default where there is no key.'),
      note: line(200).optional().describe('For people.'),
    }),
    result: shapes.AgentWithToken,
    run: ({ agents }, actor, args) => withToken(agents.add(actor, args)),
  }),
  'agents/rotate': operation({
    id: 'rotateAgent',
    summary: 'Gives an agent a new token and ends its sessions; the old token is worth nothing from now on.',
    role: 'operator',
    args: place,
    result: shapes.AgentWithToken,
    run: ({ agents }, actor, args) => withToken(agents.rotate(actor, args)),
  }),
  'agents/revoke': operation({
    id: 'revokeAgent',
    summary: 'Takes token and key of an agent away and ends its sessions; its id is refused until it is rotated.',
    role: 'operator',
    args: place,
    result: shapes.AgentChanged,
    run: ({ agents }, actor, args) => ({ agent: agents.revoke(actor, args) }),
  }),
  'agents/ban': operation({
    id: 'banAgent',
    summary: 'Refuses an id whatever it shows, and ends its sessions; it need not be known.',
    role: 'operator',
    args: place,
    result: shapes.AgentChanged,
    run: ({ agents }, actor, args) => ({ agent: agents.ban(actor, args) }),
  }),
  'agents/unban': operation({
    id: 'unbanAgent',
    summary: 'Lets a banned id in again, with what it had before.',
    role: 'operator',
    args: place,
    result: shapes.AgentChanged,
    run: ({ agents }, actor, args) => ({ agent: agents.unban(actor, args) ?? null }),
  }),
  'agents/key': operation({
    id: 'setAgentKey',
    summary: 'Sets the public key that an agent proves itself by and signs its batches with, and ends its sessions.',
    role: 'operator',
    args: z.strictObject({ id, network, key }),
    result: shapes.AgentChanged,
    run: ({ agents }, actor, args) => ({ agent: agents.setKey(actor, args) }),
  }),
  'agents/remove': operation({
    id: 'removeAgent',
    summary: 'Forgets an agent and ends its sessions; its id may log in with a shared secret again.',
    role: 'operator',
    args: place,
    result: shapes.AgentChanged,
    run({ agents }, actor, args) {
      agents.remove(actor, args)
      return { agent: null }
    },
  }),
  'users/list': operation({
    id: 'listUsers',
    summary: 'People and scripts that may log in.',
    role: 'admin',
    args: z.strictObject({}),
    result: shapes.UserList,
    run: ({ users }) => ({ users: [...users.list()] }),
  }),
  'users/add': operation({
    id: 'addUser',
    summary: 'Adds a person with a password, or without one a script with an API token.',
    role: 'admin',
    args: z.strictObject({ name, role, password: password.optional(), lifeMs }),
    result: shapes.UserWithToken,
    async run({ users }, actor, { name, role, password, lifeMs }) {
      if (password === undefined) return users.addWithToken(actor, { name, role, lifeMs })
      return { user: await users.add(actor, { name, role, password }), token: null }
    },
  }),
  'users/password': operation({
    id: 'setUserPassword',
    summary: 'Sets the password of a user and ends its sessions.',
    role: 'admin',
    args: z.strictObject({ name, password }),
    result: shapes.UserChanged,
    run: async ({ users }, actor, args) => ({ user: await users.setPassword(actor, args) }),
  }),
  'users/rotate': operation({
    id: 'rotateUserToken',
    summary: 'Gives a script a new API token; the old one is worth nothing from now on.',
    role: 'admin',
    args: z.strictObject({ name, lifeMs }),
    result: shapes.UserWithToken,
    run: ({ users }, actor, args) => users.rotateToken(actor, args),
  }),
  'users/role': operation({
    id: 'setUserRole',
    summary: 'Sets the role of a user and ends its sessions.',
    role: 'admin',
    args: z.strictObject({ name, role }),
    result: shapes.UserChanged,
    run: ({ users }, actor, args) => ({ user: users.setRole(actor, args) }),
  }),
  'users/remove': operation({
    id: 'removeUser',
    summary: 'Removes a user and ends its sessions.',
    role: 'admin',
    args: z.strictObject({ name }),
    result: shapes.UserChanged,
    run({ users }, actor, args) {
      users.remove(actor, args)
      return { user: null }
    },
  }),
  'audit/list': operation({
    id: 'listAudit',
    summary: 'Who did what: changes of agents and users, logins, newest first.',
    role: 'admin',
    args: z.strictObject({
      limit: z.int().min(1).max(1000).optional(),
      before: z.int().min(0).optional(),
    }),
    result: shapes.AuditList,
    run: ({ audit }, _, { limit = 100, before }) => ({ entries: [...audit.list(limit, before)] }),
  }),
  ...rosterOperations,
} as const

export type OperationName = keyof typeof operations
export type ArgsOf<N extends OperationName> = z.input<(typeof operations)[N]['args']>
export type ResultOf<N extends OperationName> = z.output<(typeof operations)[N]['result']>
