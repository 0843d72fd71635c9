/** What a handler gives in place of a bare body where the answer may be kept by the one who asked. */
export class Answer {
  readonly body: unknown
  /** Seconds for which the answer holds, whatever happens. */
  readonly maxAge: number
  constructor(body: unknown, maxAge: number) {
    this.body = body
    this.maxAge = maxAge
  }
}

/** What a handler gives where the answer is for nobody but anyone who asked. */
export class PersonalAnswer {
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  constructor(body: unknown, headers: Readonly<Record<string, string>> = {}) {
    this.body = body
    this.headers = headers
  }
}
