/** Every error of Netstats has a stable code; `retryable` says whether the same call may succeed later. */
export class BaseError extends Error {
  override readonly name: string = 'BaseError'
  readonly code: string
  readonly retryable: boolean
  constructor(code: string, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
  }
}

/** Bytes from outside that are not what their format says. `path` names the field, `reason` is safe to show and count. */
export class ParseError extends BaseError {
  override readonly name = 'ParseError'
  readonly path: string
  constructor(code: string, path: string, message: string) {
    super(code, path === '' ? message : `${path}: ${message}`)
    this.path = path
  }
}
