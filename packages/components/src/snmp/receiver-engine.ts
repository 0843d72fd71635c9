/** The engine of a receiver, which the library has none of: its boots and time, and what it says to a message that is late. */
import type { EngineTime, Timeliness } from './timeliness.ts'
import { pduTags } from './header.ts'
import { objectTypes } from './library.ts'

/** What the library answers with. */
interface Answer {
  pdu: { type: number; varbinds: readonly unknown[] }
  readonly msgSecurityParameters?: { msgAuthoritativeEngineBoots: number; msgAuthoritativeEngineTime: number }
  buffer: Buffer | null
  setPrivacy(isOn: boolean): void
}

export interface EngineOfLibrary {
  readonly engine: { engineBoots: number; engineTime: number }
  readonly listener: { send(answer: Answer, ...to: readonly unknown[]): void }
}

export interface AnsweringEngine {
  readonly timeliness: Pick<Timeliness, 'now'>
  /** Of the message that is being answered. */
  readonly isLate: () => boolean
}

/** usmStatsNotInTimeWindows */
const notInTimeWindows = '1.3.6.1.6.3.15.1.1.2.0'

/**
 * Reports have this engine's boots and time. To an inform that is late the library's acknowledgement becomes the report that
 * says so, authenticated and in clear (RFC 3414, 3.2, step 7a): a sender whose notion is old learns the time from it.
 */
export const answerAsEngine = (
  { engine, listener }: EngineOfLibrary,
  { timeliness, isLate }: AnsweringEngine,
): void => {
  const own = (): EngineTime => timeliness.now()
  Object.defineProperties(engine, {
    engineBoots: { get: () => own().boots },
    engineTime: { get: () => own().time },
  })
  const send = listener.send.bind(listener)
  let late = 0
  listener.send = (answer, ...to) => {
    if (!isLate() || answer.pdu.type !== pduTags.response || answer.msgSecurityParameters === undefined)
      return send(answer, ...to)
    const { boots, time } = own()
    const { type, varbinds } = answer.pdu
    late++
    answer.pdu.type = pduTags.report
    answer.pdu.varbinds = [{ oid: notInTimeWindows, type: objectTypes.counter, value: late }]
    answer.msgSecurityParameters.msgAuthoritativeEngineBoots = boots
    answer.msgSecurityParameters.msgAuthoritativeEngineTime = time
    answer.setPrivacy(false)
    answer.buffer = null
    send(answer, ...to)
    // The library hands the same object on as what has arrived.
    Object.assign(answer.pdu, { type, varbinds })
  }
}
