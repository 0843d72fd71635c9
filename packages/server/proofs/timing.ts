// Whether the time of a refused login tells how close a secret was: `npm run proof:timing`, or
// `node packages/server/proofs/timing.ts --samples 40000`.
//
// Two sorts of wrong secrets are tried in random order, and their times compared by Welch's t-test without the slowest
// tenth (those are the machine's). A secret that begins like the right one must not be told from one that does not, nor a
// user that there is from one that there is not. A difference must show twice in a row: chance shows it once in a while.
import { randomBytes, randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createPasswords } from '../src/auth/passwords.ts'
import { attemptOf, openTestAuth, operator, start } from '../src/auth/testing/folder.ts'

const { values } = parseArgs({
  options: { samples: { type: 'string', default: '40000' }, logins: { type: 'string', default: '100' } },
})
const samples = Number(values.samples)
const logins = Number(values.logins)
if (![samples, logins].every((one) => Number.isInteger(one) && one >= 50)) {
  process.stderr.write('usage: timing.ts [--samples N] [--logins N], whole numbers of at least 50\n')
  process.exit(2)
}

type Try = () => unknown
interface Question {
  readonly name: string
  readonly count: number
  /** A try of each sort. */
  readonly sorts: readonly [() => Try, () => Try]
}

/** More than this by chance: once in some ten million. */
const limit = 5

const timesOf = async ({ sorts, count }: Question): Promise<readonly [number[], number[]]> => {
  const times: [number[], number[]] = [[], []]
  while (Math.min(times[0].length, times[1].length) < count) {
    const sort = randomInt(2) as 0 | 1
    const run = sorts[sort]()
    const from = process.hrtime.bigint()
    const given = run()
    if (given instanceof Promise) await given
    times[sort].push(Number(process.hrtime.bigint() - from))
  }
  return times
}

const momentsOf = (times: readonly number[]) => {
  const kept = times.toSorted((a, b) => a - b).slice(0, Math.ceil(times.length * 0.9))
  const mean = kept.reduce((sum, one) => sum + one, 0) / kept.length
  const variance = kept.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (kept.length - 1)
  return { mean, error: variance / kept.length, median: kept[kept.length >> 1] ?? 0 }
}

const compare = async (question: Question): Promise<number> => {
  const [a, b] = (await timesOf(question)).map(momentsOf) as [
    ReturnType<typeof momentsOf>,
    ReturnType<typeof momentsOf>,
  ]
  const t = (a.mean - b.mean) / Math.sqrt(a.error + b.error)
  const micro = (ns: number): string => `${(ns / 1000).toFixed(2)} µs`
  process.stdout.write(
    `${question.name}: medians ${micro(a.median)} and ${micro(b.median)}, difference of means ${micro(a.mean - b.mean)}, t = ${t.toFixed(2)}\n`,
  )
  return Math.abs(t)
}

await using test = await openTestAuth({ failures: 10_000, sessionLife: '365d' }, { passwords: createPasswords() })
const { auth } = test
const token = auth.admin.agents.add(operator, { id: 'node-1' }).token ?? ''
const apiToken = auth.admin.users.addWithToken(operator, { name: 'script', role: 'admin' }).token
await auth.admin.users.add(operator, { name: 'alice', role: 'admin', password: 'correct horse battery' })
const session = await auth.httpAuthenticator.login('alice', 'correct horse battery', '192.0.2.1')
const cookie = session.ok ? session.cookie : ''

/** Begins like the right one so far. Made again each time in the same way: else it is the making that is measured. */
const like = (secret: string, characters: number): string => {
  const rest = randomBytes(secret.length)
    .toString('base64url')
    .slice(0, secret.length - characters)
  return Buffer.from(secret.slice(0, characters) + rest, 'latin1').toString('latin1')
}
const nearTo = (secret: string): string => like(secret, secret.length - 2)
const farFrom = (secret: string): string => like(secret, 4)

let at = start
/** So far apart that nobody is locked out. */
const loginAs = (id: string, secret: string) => (): Try => {
  const attempt = attemptOf({ id, secret, at: (at += 1000) })
  return () => auth.agentAuthenticator.authenticate(attempt)
}
const identify = (headers: Record<string, string>) => (): Try => () => auth.httpAuthenticator.identify({ headers })
let address = 0
const login = (name: string) => (): Try => {
  const from = `2001:db8:${(++address).toString(16)}::1`
  return () => auth.httpAuthenticator.login(name, 'wrong horse battery', from)
}

const questions: readonly Question[] = [
  {
    name: 'token of an agent, all but two characters right or next to none',
    count: samples,
    sorts: [() => loginAs('node-1', nearTo(token))(), () => loginAs('node-1', farFrom(token))()],
  },
  {
    name: 'shared secret, all but two characters right or next to none',
    count: samples,
    sorts: [() => loginAs('node-2', nearTo('shared secret'))(), () => loginAs('node-2', farFrom('shared secret'))()],
  },
  {
    name: 'API token, all but two characters right or next to none',
    count: samples,
    sorts: [
      () => identify({ authorization: `Bearer ${nearTo(apiToken)}` })(),
      () => identify({ authorization: `Bearer ${farFrom(apiToken)}` })(),
    ],
  },
  {
    name: 'cookie of a session, all but two characters right or next to none',
    count: samples,
    sorts: [
      () => identify({ cookie: `netstats_session=${nearTo(cookie)}` })(),
      () => identify({ cookie: `netstats_session=${farFrom(cookie)}` })(),
    ],
  },
  { name: 'password, of a user that there is or is not', count: logins, sorts: [login('alice'), login('nobody')] },
]

let told = 0
for (const question of questions) {
  // What has run before is compiled, what has not is slow: neither is what is asked about.
  await timesOf({ ...question, count: Math.min(question.count, 2000) / (question.count < 1000 ? 10 : 1) })
  if ((await compare(question)) <= limit) continue
  process.stdout.write('  looks again\n')
  if ((await compare(question)) > limit) told++
}
process.stdout.write(
  told === 0 ? 'ok: no time tells anything\n' : `violation: ${told} questions are answered by time\n`,
)
process.exitCode = told === 0 ? 0 : 1
