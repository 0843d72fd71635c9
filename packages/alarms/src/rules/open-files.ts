import { minute } from '../durations.ts'
import type { Rule } from '../rule.ts'
import type { NodeFacts, ServerFacts } from '../facts.ts'
import type { Finding } from '../rule.ts'
import { percentText } from '../words.ts'
import { freshMetric } from './read.ts'

const fullShare = 0.8
const criticalShare = 0.95
const wellShare = 0.7

const findingOf = (who: string, open: number, limit: number, isOpen: boolean): readonly Finding[] => {
  const share = open / limit
  if (limit <= 0 || share < (isOpen ? wellShare : fullShare)) return []
  const message = `${who} has ${open} of ${limit} files and sockets open (${percentText(share)})`
  return [{ severity: share >= criticalShare ? 'major' : 'warning', message }]
}

export const nodeOpenFiles: Rule<NodeFacts> = {
  name: 'node-open-files',
  about: 'node',
  severities: ['major', 'warning'],
  meaning: "A node's process has nearly as many files and sockets open as it may: soon it can open no more.",
  advice: 'Raise the limit (LimitNOFILE of its service) and restart it, or lower the number of its peers.',
  for: 5 * minute,
  clearAfter: 5 * minute,
  judge(node, isOpen) {
    const open = freshMetric(node, 'host.processOpenFiles')
    const limit = freshMetric(node, 'host.processOpenFilesLimit')
    return open === undefined || limit === undefined
      ? []
      : findingOf(`The process of ${node.name}`, open, limit, isOpen())
  },
}

export const serverOpenFiles: Rule<ServerFacts> = {
  name: 'server-open-files',
  about: 'server',
  severities: ['major', 'warning'],
  meaning: 'The server has nearly as many files and sockets open as it may: soon it takes no new connections.',
  advice: 'Raise the limit of open files of its service, or start it with more workers.',
  for: 2 * minute,
  clearAfter: 5 * minute,
  judge(server, isOpen) {
    const open = server.metric('netstats_server_process_open_files')
    const limit = server.metric('netstats_server_process_open_files_limit')
    return open === undefined || limit === undefined ? [] : findingOf('The server', open, limit, isOpen())
  },
}
