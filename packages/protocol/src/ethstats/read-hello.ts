import { hasHidden } from '../hidden.ts'
import type { NodeInfo } from '../kinds/mod.ts'
import { malformed } from './errors.ts'
import type { AgentMessage } from './messages.ts'
import { address, big, fieldsOf, filled, whole } from '../loose/values.ts'
import type { Fields } from '../loose/values.ts'

/** Longest id kept; Besu's are 130 characters. */
export const maxId = 200
const maxSecret = 1000

export const readHello = (fields: Fields): AgentMessage => {
  const id = filled(fields.id, maxId)
  if (id === undefined) throw malformed('HELLO_MALFORMED', 'id', 'expected a name')
  // Taken out, they would make one node of two that do not call themselves the same.
  if (typeof fields.id === 'string' && hasHidden(fields.id.trim().slice(0, maxId).toWellFormed())) {
    throw malformed('HELLO_MALFORMED', 'id', 'has characters that nobody sees')
  }
  const info = fieldsOf(fields.info)
  if (info === undefined) throw malformed('HELLO_MALFORMED', 'info', 'expected an object')
  // A secret is compared, never shown or stored, so it stays as it is. One that is too long is no secret of ours.
  const secret = typeof fields.secret === 'string' && fields.secret.length <= maxSecret ? fields.secret : undefined
  return { type: 'hello', id, secret, info: readInfo(info, id) }
}

type Draft = { -readonly [K in keyof NodeInfo]: NodeInfo[K] }

const readInfo = (info: Fields, id: string): NodeInfo => {
  const out: Draft = { name: filled(info.name, 200) ?? id }
  const set = <K extends keyof NodeInfo>(key: K, value: NodeInfo[K] | undefined): void => {
    if (value !== undefined) out[key] = value
  }
  set('client', filled(info.node, 300))
  set('networkId', big(info.net)?.toString())
  set('port', portOf(info.port))
  set('protocol', typeof info.protocol === 'number' ? String(info.protocol) : filled(info.protocol, 300))
  set('api', filled(info.api, 100))
  set('os', filled(info.os, 100))
  set('osVersion', filled(info.os_v ?? info.os_V, 100))
  set('reporter', filled(info.client, 100))
  set('contact', filled(info.contact, 300))
  set('coinbase', address(info.coinbase))
  if (typeof info.canUpdateHistory === 'boolean') out.canUpdateHistory = info.canUpdateHistory
  return out
}

const portOf = (value: unknown): number | undefined => {
  const port = whole(value)
  return port !== undefined && port <= 65_535 ? port : undefined
}
