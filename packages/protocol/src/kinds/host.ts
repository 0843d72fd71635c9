import { count, number, object, optional, text } from '../parse.ts'
import { defineKind } from './define.ts'

/** The machine an agent runs on. Shares are 0 to 1, sizes bytes, rates bytes per second over the last interval. */
export interface Host {
  readonly hostname?: string
  readonly cpus?: number
  /** Share of all cores busy over the last interval. */
  readonly cpuShare?: number
  readonly load1?: number
  readonly load5?: number
  readonly load15?: number
  readonly memoryBytes?: number
  readonly memoryAvailableBytes?: number
  readonly swapBytes?: number
  readonly swapFreeBytes?: number
  /** The file system that fills first among those watched. */
  readonly diskPath?: string
  readonly diskBytes?: number
  readonly diskFreeBytes?: number
  readonly diskReadRate?: number
  readonly diskWriteRate?: number
  readonly networkReceiveRate?: number
  readonly networkSendRate?: number
  /** Seconds since the machine started. */
  readonly uptimeSeconds?: number
  /** The node's own process, where it was found: share of one core, may pass 1. */
  readonly processCpuShare?: number
  readonly processMemoryBytes?: number
  readonly processUptimeSeconds?: number
  readonly processOpenFiles?: number
  /** How many it may have open; absent where there is no limit. */
  readonly processOpenFilesLimit?: number
}

export const host = defineKind<Host>({
  code: 7,
  class: 'stats',
  read: object({
    hostname: optional(text(255)),
    cpus: optional(count),
    cpuShare: optional(number),
    load1: optional(number),
    load5: optional(number),
    load15: optional(number),
    memoryBytes: optional(count),
    memoryAvailableBytes: optional(count),
    swapBytes: optional(count),
    swapFreeBytes: optional(count),
    diskPath: optional(text(1000)),
    diskBytes: optional(count),
    diskFreeBytes: optional(count),
    diskReadRate: optional(number),
    diskWriteRate: optional(number),
    networkReceiveRate: optional(number),
    networkSendRate: optional(number),
    uptimeSeconds: optional(number),
    processCpuShare: optional(number),
    processMemoryBytes: optional(count),
    processUptimeSeconds: optional(number),
    processOpenFiles: optional(count),
    processOpenFilesLimit: optional(count),
  }),
})
