/** What the answer of an HTTP endpoint means for what was sent. */
import { reasonOf } from '@netstats/sdk'
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.ts'
import type { PortionOutcome } from './portions.ts'

export interface OutcomeOptions {
  /** Takes secrets out of what the peer says: many repeat what they were asked with. */
  readonly redact: (text: string) => string
  /** Now, as the date in a `Retry-After` means it. */
  readonly now: () => number
}

/** Asks and judges. What is wrong with the login, the address or the peer passes, or is repaired: the observations are not to blame. */
export const sendHttp = async (...asked: Parameters<typeof exchangeHttp>): Promise<PortionOutcome> =>
  (await exchangeHttp(...asked)).outcome

/** The same with the answer, where there was one, for peers that say more in it. */
export const exchangeHttp = async (
  client: HttpClient,
  request: HttpRequest,
  { signal, redact, now }: OutcomeOptions & { readonly signal: AbortSignal },
): Promise<{ readonly outcome: PortionOutcome; readonly answer: HttpAnswer | undefined }> => {
  try {
    const answer = await client.post(request, { signal })
    return { answer, outcome: outcomeOf(answer, { redact, now }) }
  } catch (error) {
    const reason = redact(explain(signal.aborted ? signal.reason : error))
    return { answer: undefined, outcome: { status: 'retry', reason } }
  }
}

const explain = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException
  const reason = reasonOf(error)
  return code !== undefined && !reason.includes(code) ? `${reason} (${code})` : reason
}

/** Statuses that say something of the observations rather than of login, address or load. */
const aboutContent = new Set([400, 406, 409, 411, 413, 414, 415, 422])

export const outcomeOf = (answer: HttpAnswer, { redact, now }: OutcomeOptions): PortionOutcome => {
  const { status } = answer
  if (status >= 200 && status < 300) return { status: 'delivered' }
  const reason = `HTTP ${status}${wordsOf(redact(answer.text))}`
  if (status >= 300 && status < 400)
    return {
      status: 'retry',
      reason: `HTTP ${status}: it points to another address, which is not followed; write that one`,
    }
  if (aboutContent.has(status)) return { status: 'rejected', reason }
  return { status: 'retry', reason, afterMs: retryAfterMs(answer, now()) }
}

const wordsOf = (text: string): string => {
  const words = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
  return words === '' ? '' : `: ${words.slice(0, 250)}`
}

/** `Retry-After` in seconds or as a date, or what Discord and Telegram say in their answer; undefined where it says nothing. */
export const retryAfterMs = ({ headers, text }: HttpAnswer, now: number): number | undefined => {
  const said = headers['retry-after']
  if (said !== undefined) {
    const seconds = Number(said)
    const ms = Number.isNaN(seconds) ? Date.parse(said) - now : seconds * 1000
    if (Number.isFinite(ms)) return Math.max(0, ms)
  }
  const inBody = /"retry_after"\s*:\s*(\d+(?:\.\d+)?)/.exec(text)?.[1]
  return inBody === undefined ? undefined : Number(inBody) * 1000
}
