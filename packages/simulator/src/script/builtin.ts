/** Scripts that come with the simulator. */
import type { SimulatedEngine } from '../model.ts'
import type { Scene } from './acts.ts'

export interface Script {
  /** Seconds after which it begins again. */
  readonly repeatAfter?: number
  /** Seconds between blocks while no transaction waits, for engines that know such a period. */
  readonly emptyBlockPeriod?: number
  /** AuRa: validators sign their step while there is nothing to seal. */
  readonly emptySteps?: boolean
  readonly transactionsPerSecond?: number
  readonly epoch?: number
  readonly scenes: readonly Scene[]
}

export interface Cast {
  readonly engine: SimulatedEngine
  readonly validators: number
  /** Nodes that are no validators: they come after them. */
  readonly candidates: number
}

/** Live validators that an engine needs to go on. */
export const needed = ({ engine, validators }: Cast): number => {
  if (engine === 'clique') return Math.floor(validators / 2) + 1
  return engine === 'aura' ? 1 : Math.ceil((2 * validators) / 3)
}

const name = (index: number): string => `validator-${index + 1}`
const last = (count: number, validators: number): readonly number[] =>
  Array.from({ length: count }, (_, one) => validators - count + one)

const offline = ({ validators }: Cast, from: number, until: number): readonly Scene[] => {
  const node = Math.min(2, validators - 1)
  return [
    { after: from, do: 'stop', node, say: `${name(node)} goes offline: its turns are missed, and others take them` },
    { after: until, do: 'start', node },
  ]
}

/** One validator more away than the engine bears. */
const halt = (cast: Cast, from: number, until: number): readonly Scene[] => {
  const { validators, engine } = cast
  const gone = last(validators - needed(cast) + 1, validators)
  const who = gone.map(name).join(', ')
  const away = engine === 'aura' ? 'nobody is left' : `${needed(cast)} of ${validators} are needed`
  const back =
    engine === 'clique' || engine === 'aura'
      ? 'the chain goes on'
      : 'the chain goes on once enough validators have met in the same round'
  return [
    ...gone.map(
      (node, index): Scene => ({
        after: from,
        do: 'stop',
        node,
        say: index === 0 ? `${who} go offline: the chain stops, for ${away}` : '',
      }),
    ),
    ...gone.map(
      (node, index): Scene => ({
        after: until,
        do: 'start',
        node,
        say: index === 0 ? `${who} are back: ${back}` : '',
      }),
    ),
  ]
}

const slow = ({ validators }: Cast, from: number, until: number): readonly Scene[] => {
  const node = Math.min(1, validators - 1)
  return [
    { after: from, do: 'slow', node, ms: 1500 },
    { after: until, do: 'slow', node, ms: 0 },
  ]
}

/** So few are cut off that the others go on. */
const partition = (cast: Cast, from: number, until: number): readonly Scene[] => {
  const { validators, candidates } = cast
  const few = Math.max(1, Math.min(validators - needed(cast), Math.floor(validators / 2)))
  const apart = [...last(few, validators), ...(candidates > 0 ? [validators + candidates - 1] : [])]
  return [
    { after: from, do: 'partition', groups: [apart] },
    { after: until, do: 'heal' },
  ]
}

const clock = (_: Cast, from: number, until: number): readonly Scene[] => [
  { after: from, do: 'clock', node: 0, ms: 2500 },
  { after: until, do: 'clock', node: 0, ms: 0 },
]

/** AuRa's validators do not vote in headers. */
const votes = ({ engine, validators, candidates }: Cast, from: number, until: number): readonly Scene[] => {
  if (engine === 'aura' || candidates === 0) return []
  const on = validators
  const vote = (after: number, type: 'add' | 'drop'): readonly Scene[] =>
    Array.from(
      { length: validators },
      (_, node): Scene => ({
        after,
        do: 'vote',
        node,
        on,
        type,
        say: node === 0 ? `the validators vote node-1 ${type === 'add' ? 'in' : 'out'}` : '',
      }),
    )
  return [...vote(from, 'add'), ...vote(until, 'drop')]
}

const doubleSeal = ({ validators }: Cast, after: number): readonly Scene[] => [
  { after, do: 'seal-twice', node: Math.min(3, validators - 1) },
]

const deadlock = ({ engine, validators }: Cast, from: number, until: number): readonly Scene[] => {
  if (engine !== 'clique' || validators < 5) return []
  const back = Array.from(
    { length: validators },
    (_, node): Scene => ({
      after: until,
      do: 'start',
      node,
      say: node === 0 ? 'the signers that went are back, which ends the deadlock' : '',
    }),
  )
  return [{ after: from, do: 'deadlock' }, ...back]
}

/** IBFT and QBFT wait, AuRa's validators sign their steps; Clique has nothing of the kind. */
const quiet = ({ engine }: Cast): Script => ({
  repeatAfter: 300,
  ...(engine === 'aura' ? { emptySteps: true } : { emptyBlockPeriod: 30 }),
  scenes:
    engine === 'clique'
      ? []
      : [
          { after: 30, do: 'traffic', perSecond: 0 },
          { after: 210, do: 'traffic', perSecond: 12 },
        ],
})

const tour = (cast: Cast): Script => ({
  repeatAfter: 720,
  scenes: [
    ...offline(cast, 20, 80),
    ...halt(cast, 120, 150),
    ...slow(cast, 260, 310),
    ...partition(cast, 340, 380),
    ...clock(cast, 420, 460),
    ...votes(cast, 500, 580),
    ...doubleSeal(cast, 640),
  ],
})

export interface BuiltinScript {
  readonly summary: string
  readonly write: (cast: Cast) => Script
}

export const builtinScripts: Readonly<Record<string, BuiltinScript>> = {
  tour: { summary: 'a bit of everything, one after the other, in twelve minutes', write: tour },
  calm: { summary: 'nothing goes wrong', write: () => ({ scenes: [] }) },
  offline: {
    summary: 'a validator goes and comes back',
    write: (cast) => ({ repeatAfter: 120, scenes: offline(cast, 20, 80) }),
  },
  halt: {
    summary: 'too many validators go, the chain stops, and goes on when they are back',
    write: (cast) => ({ repeatAfter: 240, scenes: halt(cast, 30, 60) }),
  },
  slow: {
    summary: 'a validator seals and answers late',
    write: (cast) => ({ repeatAfter: 120, scenes: slow(cast, 20, 80) }),
  },
  partition: {
    summary: 'a few nodes are cut off and come together again',
    write: (cast) => ({ repeatAfter: 180, scenes: partition(cast, 30, 90) }),
  },
  clock: {
    summary: "a validator's clock is ahead",
    write: (cast) => ({ repeatAfter: 120, scenes: clock(cast, 20, 80) }),
  },
  votes: {
    summary: 'node-1 is voted in and out, over epochs of 50 blocks (not AuRa)',
    write: (cast) => ({ repeatAfter: 240, epoch: 50, scenes: votes(cast, 20, 140) }),
  },
  'double-seal': {
    summary: 'a validator seals two blocks of one height',
    write: (cast) => ({ repeatAfter: 120, scenes: doubleSeal(cast, 30) }),
  },
  deadlock: {
    summary: 'the signers race into a deadlock (Clique with five or more)',
    write: (cast) => ({ repeatAfter: 300, scenes: deadlock(cast, 30, 150) }),
  },
  quiet: {
    summary: 'no transactions for a while, so rare blocks, which is healthy (not Clique)',
    write: quiet,
  },
}
