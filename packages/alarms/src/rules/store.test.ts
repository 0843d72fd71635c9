import { describe } from 'vitest'
import { hour, minute, second } from '../durations.ts'
import { serverFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { historyIncomplete, storeBehind, storeDown, storeFiles } from './store.ts'

const part =
  (name: string, state: string, reason: string | null = null) =>
  (at: number) =>
    serverFacts(at, { parts: [{ name, state, reason }] })
const lag = (seconds: number) => (at: number) =>
  serverFacts(at, { metrics: { netstats_server_history_lag_seconds: seconds } })
const well = (at: number) => serverFacts(at)

describe('store-down', () => {
  testScenarios(storeDown, [
    {
      name: 'tells of a full disk, and when there is room',
      script: [
        [2 * minute, part('store', 'failed', 'no space left on device')],
        [2 * minute, part('store', 'ok')],
      ],
      tells: ['raised critical', 'cleared'],
      says: 'The history cannot be written: no space left on device',
    },
    { name: 'says nothing while it is opened', script: [[hour, part('store', 'starting')]], tells: [] },
    {
      name: 'says nothing of one failed write',
      script: [
        [10 * second, part('store', 'failed')],
        [hour, well],
      ],
      tells: [],
    },
  ])
})

describe('store-files-damaged', () => {
  testScenarios(storeFiles, [
    {
      name: 'tells of files that are gone, and when they are back',
      script: [
        [minute, part('store/files', 'degraded', 'raw.duckdb is gone')],
        [2 * minute, well],
      ],
      tells: ['raised major', 'cleared'],
      says: 'Files of the history are not as they were left: raw.duckdb is gone',
    },
    { name: 'says nothing of files that are well', script: [[hour, part('store/files', 'ok')]], tells: [] },
  ])
})

describe('store-behind', () => {
  testScenarios(storeBehind, [
    {
      name: 'tells of rows that wait, and when they are written',
      script: [
        [2 * minute, lag(40)],
        [2 * minute, lag(400)],
        [2 * minute, lag(0.5)],
      ],
      tells: ['raised minor', 'updated major', 'cleared'],
      says: 'The oldest row of the history has waited 40 s to be written',
    },
    { name: 'says nothing of the usual wait', script: [[hour, lag(10)]], tells: [] },
    {
      name: 'says nothing of a short one',
      script: [
        [40 * second, lag(60)],
        [hour, lag(1)],
      ],
      tells: [],
    },
  ])
})

describe('history-incomplete', () => {
  testScenarios(historyIncomplete, [
    {
      name: 'tells that rows are given up, and when none are any more',
      script: [
        [minute, part('history', 'degraded', 'more comes in than can be written')],
        [2 * minute, well],
      ],
      tells: ['raised minor', 'cleared'],
      says: 'A part of the history is given up: more comes in than can be written',
    },
    { name: 'says nothing of a history that was stopped', script: [[hour, part('history', 'stopped')]], tells: [] },
  ])
})
