/** What a handler gives in place of a bare body where the answer may be kept by whoever asked. */
export class Answer {
  readonly body: unknown
  /** Seconds for which the answer holds, whatever happens. */
  readonly maxAge: number
  constructor(body: unknown, maxAge: number) {
    this.body = body
    this.maxAge = maxAge
  }
}
