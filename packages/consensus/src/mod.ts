export { createChain } from './chain.ts'
export type { Chain, ChainOptions } from './chain.ts'
export type { ChainRules, Outlook } from './engine.ts'
export { compareBlocks } from './equivocation.ts'
export type { Equivocation } from './equivocation.ts'
export { engines } from './facts.ts'
export type {
  BlockRef,
  EngineName,
  Evidence,
  Facts,
  Fault,
  MissedTurn,
  ProposerPolicy,
  SetChange,
  TurnOrder,
  Vote,
} from './facts.ts'
export { engineOf } from './identify.ts'
export type { CastVote } from './votes.ts'
export { HeaderError, parseHeader } from './header.ts'
export type { Header } from './header.ts'
export type { Hex } from './hex.ts'
export { toReport } from './report.ts'
export type { Report } from './report.ts'
export { RulesError, rulesOfGenesis, rulesOfList } from './rules.ts'
