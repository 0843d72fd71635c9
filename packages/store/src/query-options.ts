export interface QueryOptions {
  /** Ends the query in the store too, within a moment, with `STORE_QUERY_CANCELLED`. */
  readonly signal?: AbortSignal
  /** Beyond it: `STORE_QUERY_TIMEOUT`. 10 s by default. */
  readonly timeoutMs?: number
}
