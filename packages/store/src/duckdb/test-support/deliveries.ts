/** Rows of the table that had resume points up to schema 6, and what becomes of them. */
import { noon } from './places.ts'

/** The values of a row; `agent` is that of one that has names, `since` ends a list. */
export const oldDelivery = (
  seq: number,
  stream: number,
  through: number,
  { at = noon, agent, since = 'NULL' }: { at?: number; agent?: string; since?: number | 'NULL' } = {},
): string => {
  const names = agent === undefined ? 'NULL, NULL, NULL, NULL, NULL' : `'${agent}', 1, ${stream}, 'spool', ${noon}`
  const lives = agent === undefined ? 'NULL' : `'life of ${agent}'`
  return `${at}, ${seq}, ${stream}, ${names}, ${through}, ${through}, 1, 2, 3, 'log size 2', ${at}, ${since}, 4, ${through}, 7, ${lives}`
}

/** The resume point that comes of it, without when it last brought something. */
export const oldResumePoint = (stream: number, agent: string, through: number) => ({
  stream,
  agent,
  network: 1,
  node: stream,
  spool: 'spool',
  firstAt: noon,
  through,
  received: through,
  duplicates: 1,
  missing: 2,
  holes: 3,
  elsewhere: 4,
  missed: 'log size 2',
  counted: through,
  mark: 7,
  lives: `life of ${agent}`,
})
