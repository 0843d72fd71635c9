/** Sends what geths send: block and pending at every head, and a full report of five messages in its turn. */
import { createAgentTraffic } from './agent-traffic.ts'
import type { PingingMember } from './agent-traffic.ts'
import { clientOf, isSyncing, usualClient } from './fleet-nodes.ts'
import type { Head, ProtocolClient } from './generator-fleet.ts'
import type { OpenOptions } from './generator-messages.ts'
import { historyFrame, writeBlock, hello, prepareBlock, staticFrames } from './geth-workload.ts'
import type { PreparedBlock, StaticFrames } from './geth-workload.ts'

export interface GethMember extends PingingMember {
  readonly frames: StaticFrames
  /** A block that was not sent because the socket was full: like geth, it sends only the newest once it can. */
  heldBack: Head | undefined
}

/** `corked` writes the frames of a report at once: less work for the generator where it is to overload the server. */
export type GethOptions = Pick<OpenOptions, 'secret' | 'corked' | 'networkId' | 'varied'>

export const createGethClient = ({
  secret,
  corked,
  networkId,
  varied = false,
}: GethOptions): ProtocolClient<GethMember> => {
  const traffic = createAgentTraffic<GethMember>()
  let prepared: PreparedBlock | undefined

  const sendBlock = (member: GethMember, head: Head): void => {
    if (prepared?.number !== head.number) prepared = prepareBlock(head)
    if (traffic.write(member, writeBlock(prepared, member.id))) {
      traffic.countBlock()
      member.heldBack = undefined
    } else member.heldBack = head
  }

  const answerHistory = (member: GethMember, payload: Buffer): void => {
    const { emit } = JSON.parse(payload.toString()) as { emit: [string, { readonly list?: readonly number[] }] }
    if (prepared === undefined || emit[0] !== 'history') return
    const { number, timestamp } = JSON.parse(prepared.json) as { number: number; timestamp: number }
    traffic.write(member, historyFrame(member.id, emit[1].list ?? [], number, timestamp))
  }

  const together = (member: GethMember, send: () => void): void => {
    if (corked) member.socket?.cork()
    send()
    if (corked) member.socket?.uncork()
  }

  return {
    path: '/api',
    createMember: (member) => ({
      ...member,
      frames: staticFrames(member.id, member.index, varied && isSyncing(member.index)),
      pingAt: 0,
      heldBack: undefined,
    }),
    sendHello(member) {
      const client = varied ? clientOf(member.index) : usualClient
      traffic.write(member, hello(member.id, secret, { client, ...(networkId !== undefined && { networkId }) }))
    },
    receive(member, payload) {
      if (varied && payload.includes('"history"')) answerHistory(member, payload)
      // Requests for history are longer; where figures are taken they are left unanswered.
      if (payload.length > 400) return false
      if (!payload.includes('"node-pong"')) return payload.includes('"ready"')
      traffic.pong(member)
      return false
    },
    disconnected(member) {
      member.pingAt = 0
      member.heldBack = undefined
    },
    sendReport(member, head) {
      together(member, () => {
        traffic.ping(member, member.frames.ping)
        traffic.write(member, member.frames.latency)
        if (head !== undefined) sendBlock(member, head)
        traffic.write(member, member.frames.pending)
        traffic.write(member, member.frames.stats)
      })
    },
    sendHead(member, head) {
      together(member, () => {
        sendBlock(member, head)
        traffic.write(member, member.frames.pending)
      })
    },
    drained(member) {
      if (member.heldBack !== undefined) sendBlock(member, member.heldBack)
    },
    counts: (members) => traffic.counts(members),
    clear: () => traffic.clear(),
  }
}
