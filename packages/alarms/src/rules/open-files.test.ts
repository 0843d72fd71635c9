import { describe } from 'vitest'
import { hour, minute } from '../durations.ts'
import { nodeFacts, serverFacts } from '../testing/facts.ts'
import { testScenarios } from '../testing/scenario.ts'
import { nodeOpenFiles, serverOpenFiles } from './open-files.ts'

const node = (open: number) => (at: number) =>
  nodeFacts(at, { metrics: { 'host.processOpenFiles': open, 'host.processOpenFilesLimit': 1024 } })

describe('node-open-files', () => {
  testScenarios(nodeOpenFiles, [
    {
      name: 'tells of a node that runs out of files, and when it has enough',
      script: [
        [10 * minute, node(850)],
        [10 * minute, node(1000)],
        [10 * minute, node(750)],
        [10 * minute, node(500)],
      ],
      tells: ['raised warning', 'updated major', 'updated warning', 'cleared'],
      says: 'The process of validator-1 has 850 of 1024 files and sockets open (83 %)',
    },
    { name: 'says nothing below the limit', script: [[hour, node(800)]], tells: [] },
    {
      name: 'says nothing where the limit is not known',
      script: [[hour, (at) => nodeFacts(at, { metrics: { 'host.processOpenFiles': 1000 } })]],
      tells: [],
    },
  ])
})

const server = (open: number) => (at: number) =>
  serverFacts(at, {
    metrics: { netstats_server_process_open_files: open, netstats_server_process_open_files_limit: 20_000 },
  })

describe('server-open-files', () => {
  testScenarios(serverOpenFiles, [
    {
      name: 'tells of a server that runs out of files, and when it has enough',
      script: [
        [10 * minute, server(19_500)],
        [10 * minute, server(9000)],
      ],
      tells: ['raised major', 'cleared'],
      says: 'The server has 19500 of 20000 files and sockets open (97.5 %)',
    },
    { name: 'says nothing below the limit', script: [[hour, server(15_000)]], tells: [] },
  ])
})
