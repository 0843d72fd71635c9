import type { Migration } from './migration.ts'

const facts = ['miner', 'transactions', 'uncles', 'gasUsed', 'gasLimit', 'difficulty']

/** What a node does not say of a block is not known; it was written as 0, or as an address of zeros. */
export const allowUnknownFacts: Migration = {
  from: 2,
  statements: (tier, alias) =>
    tier === 'kept' ? facts.map((name) => `ALTER TABLE ${alias}."block" ALTER COLUMN "${name}" DROP NOT NULL`) : [],
}
