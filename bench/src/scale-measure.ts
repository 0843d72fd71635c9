/** Measures one subject under the load of a fleet. */
import { pause, startLoad } from './load.ts'
import type { LoadOptions } from './load.ts'
import type { Counts } from './messages.ts'
import { progress } from './store-report.ts'
import type { Floor, Subject } from './subject.ts'
import { timesOf } from './time-counts.ts'
import type { Times } from './time-counts.ts'
import { watchSubject } from './watch.ts'
import type { Seen } from './watch.ts'

export interface MeasureOptions extends LoadOptions {
  readonly warmupSeconds: number
  readonly seconds: number
}

export interface Measured {
  readonly counts: Counts
  readonly messages: number
  readonly messagesPerSecond: number
  readonly microsPerMessage: number
  /** Of agents that speak netstats; several make a message. */
  readonly observations: number
  readonly microsPerObservation: number
  readonly seen: Seen
  readonly feed: Times
  readonly viewerBytesPerSecond: number
  readonly classicBytesPerSecond: number
  readonly classicClosed: boolean
}

export const measure = async (subject: Subject | Floor, options: MeasureOptions): Promise<Measured> => {
  using load = await startLoad(subject, options)
  const { fleet, feed, viewer, classic } = load
  progress(`${options.agents} agents in after ${(load.openedInMs / 1000).toFixed(1)} s`)
  using watch = watchSubject(subject, options.viewers)
  await pause(options.warmupSeconds * 1000)
  const before = await fleet.counts(true)
  await watch.begin()
  feed.clear()
  viewer?.takeBytes()
  classic?.takeBytes()
  await pause(options.seconds * 1000)
  const counts = await fleet.counts()
  const seen = await watch.read()
  const messages = counts.messages - before.messages
  const observations = (counts.observations ?? 0) - (before.observations ?? 0)
  if ('counts' in subject) {
    const { frames } = await subject.counts()
    if (frames < counts.messages * 0.95)
      throw new Error(`the floor has read only ${frames} of ${counts.messages} frames`)
  }
  return {
    counts: { ...counts, blocked: counts.blocked - before.blocked, blocks: counts.blocks - before.blocks },
    messages,
    messagesPerSecond: messages / seen.seconds,
    microsPerMessage: (seen.cpuMs * 1000) / messages,
    observations,
    microsPerObservation: (seen.cpuMs * 1000) / observations,
    seen,
    feed: timesOf(feed),
    viewerBytesPerSecond: (viewer?.takeBytes() ?? 0) / seen.seconds,
    classicBytesPerSecond: (classic?.takeBytes() ?? 0) / seen.seconds,
    classicClosed: classic?.closed ?? false,
  }
}
