/** `netstats rules …`: the rules of alarms, without a server. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { configuredRules } from '@netstats/alarms/configured'
import { createReplay } from '@netstats/alarms/replay'
import { defaultRules } from '@netstats/alarms'
import type { AlarmStep, Rule, Rules } from '@netstats/alarms'
import { ParseError } from '@netstats/protocol'
import { formatDuration } from '@netstats/sdk/config'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { serverConfigOf } from '../server-config.ts'
import { counted, left, moment, table } from '../store/format.ts'

export interface RulesFlags {
  readonly config?: string
  readonly json?: boolean
}

export interface RulesTestFlags extends RulesFlags {
  readonly data: string
}

type Listed = Omit<Rule<unknown>, 'judge'>

const rulesOf = async (config: string | undefined, io: Io, onFailure?: (rule: string, reason: string) => void) => {
  const entries = config === undefined ? [] : (await serverConfigOf({ config }, io)).alarms.rules
  return { entries, rules: configuredRules(entries, onFailure).rules }
}

const all = ({ node, network, server }: Rules): readonly Listed[] => [...network, ...node, ...server]

export const list = async (flags: RulesFlags, io: Io): Promise<void> => {
  const { rules } = await rulesOf(flags.config, io)
  const listed = all(rules)
  if (flags.json === true) {
    const plain = listed.map(({ name, about, severities = [], for: holds, clearAfter, meaning, advice, runbook }) => ({
      name,
      about,
      severities,
      forMs: holds,
      clearAfterMs: clearAfter,
      meaning,
      advice,
      runbook: runbook ?? null,
    }))
    return io.out(`${JSON.stringify({ rules: plain })}\n`)
  }
  const rows = listed.map(({ name, about, severities = [], for: holds, meaning }) => [
    name,
    about,
    severities.join(', '),
    holds === 0 ? 'at once' : formatDuration(holds),
    meaning,
  ])
  io.out(table([left('rule'), left('about'), left('severity'), left('after'), left('meaning')], rows))
}

export const check = async ({ config }: RulesFlags, io: Io): Promise<void> => {
  const { entries } = await rulesOf(config, io)
  const known = new Set(all(defaultRules).map(({ name }) => name))
  const own = entries.filter(({ name }) => !known.has(name)).length
  const changes = entries.length - own
  io.out(
    `${config}: ${counted(own, 'rule')} of its own and ${counted(changes, 'change')} of those of Netstats, all good\n`,
  )
}

export const test = async (flags: RulesTestFlags, io: Io): Promise<void> => {
  const failures = new Map<string, { count: number; readonly reason: string }>()
  const { rules } = await rulesOf(flags.config, io, (rule, reason) => {
    const before = failures.get(rule)
    if (before === undefined) failures.set(rule, { count: 1, reason })
    else before.count++
  })
  const replay = createReplay(rules)
  const say = (steps: readonly AlarmStep[]): void => {
    for (const step of steps) io.out(flags.json === true ? `${JSON.stringify(step)}\n` : textOf(step))
  }
  const input = flags.data === '-' ? process.stdin : await openFile(flags.data)
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number++
    if (line.trim() !== '') say(takeLine(replay, line, `${flags.data}:${number}`))
  }
  say(replay.end())
  for (const [rule, { count, reason }] of failures)
    io.err(`netstats: the rule ${rule} failed ${counted(count, 'time')}: ${reason}`)
}

const openFile = async (file: string): Promise<Readable> => {
  const stream = createReadStream(file)
  try {
    await once(stream, 'open')
  } catch (error) {
    throw usageError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
  }
  return stream
}

const takeLine = (replay: ReturnType<typeof createReplay>, line: string, place: string): readonly AlarmStep[] => {
  try {
    const found = replay.take(line)
    if ('problem' in found) throw usageError(`${place}: ${found.problem}`)
    return found
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw usageError(`${place}: ${error.message}`)
  }
}

const textOf = ({ name, at, alarm }: AlarmStep): string => {
  const where = [alarm.network, alarm.node].filter((one) => one !== null).join('/')
  return `${moment(at)}  ${name.padEnd(8)}  ${alarm.severity.padEnd(8)}  ${alarm.rule}  ${where || 'server'}  ${alarm.message}\n`
}
