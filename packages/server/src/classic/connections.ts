/** Connections of classic viewers: what they say, how much of it, and why they end. */
import type { IncomingMessage } from 'node:http'
import { parseDashboardMessage, writeClientLatency, writePrimusId, writePrimusPong } from '@netstats/protocol/ethstats'
import { takeTokens } from '@netstats/sdk/limits'
import type { WebSocket } from 'ws'
import { primusFirstMs } from '../lib/primus-keep-alive.ts'
import { frameFaultOf } from '../net/web-sockets.ts'
import { cut, sendText } from './classic-state.ts'
import type { ClassicState } from './classic-state.ts'
import { createViewer, excessRate, requestRate, wantedNetwork } from './classic-viewer.ts'
import type { ClassicViewer } from './classic-viewer.ts'
import { forgetAll, serve } from './pages.ts'

export type Channel = 'primus' | 'external'

export const join = (hub: ClassicState, channel: Channel, request: IncomingMessage, socket: WebSocket): void => {
  const set = channel === 'primus' ? hub.viewers : hub.external
  const viewer = createViewer(socket, {
    wanted: wantedNetwork(request.url),
    primusClient: /[?&]_primuscb=/.test(request.url ?? ''),
    now: performance.now(),
    primusDueAt: performance.now() + primusFirstMs(hub.times.primusEveryMs),
  })
  set.add(viewer)
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (mayAsk(hub, viewer) && !isBinary) receive(hub, viewer, data.toString())
  })
  socket.on('pong', () => {
    viewer.heard = true
  })
  socket.on('ping', () => {
    // `ws` cuts a peer that pings without end and does not read the answers.
    if (socket.readyState !== socket.OPEN) viewer.ending ??= 'flood'
    else if (mayAsk(hub, viewer)) viewer.heard = true
  })
  // `close` follows, which is all there is to do.
  socket.on('error', (error) => {
    const fault = frameFaultOf(error)
    if (fault !== undefined) viewer.ending ??= fault === 'oversized' ? fault : 'protocol-error'
  })
  socket.once('close', () => {
    hub.counts.ended[viewer.ending ?? 'gone']++
    set.delete(viewer)
    if (hub.viewers.size === 0) forgetAll(hub)
  })
}

const receive = (hub: ClassicState, viewer: ClassicViewer, text: string): void => {
  viewer.heard = true
  const message = parseDashboardMessage(text)
  switch (message.type) {
    case 'ready':
      // A word of pages: third parties on /external only listen.
      if (!hub.viewers.has(viewer)) return
      hub.now = performance.now()
      // A page says it once a connection; one that repeats it is answered, but not at once.
      viewer.asked = true
      return serve(hub, viewer)
    case 'client-pong':
      return sendText(hub, viewer, writeClientLatency((Date.now() - message.serverTime) / 2))
    case 'primus-ping':
      viewer.saidPrimusPing = true
      return sendText(hub, viewer, writePrimusPong(message.time))
    case 'primus-id':
      return sendText(hub, viewer, writePrimusId(String(hub.serial++)))
    case 'primus-pong':
    case 'unknown':
      return
  }
}

/** Answers cost, and wait in memory for a viewer that does not read them. */
const mayAsk = (hub: ClassicState, viewer: ClassicViewer): boolean => {
  if (viewer.ending !== undefined) return false
  const time = performance.now()
  if (takeTokens(viewer.requests, requestRate, time)) return true
  hub.counts.ignored++
  if (!takeTokens(viewer.excess, excessRate, time)) cut(viewer, 'flood')
  return false
}
