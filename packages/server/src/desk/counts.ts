/** What the desk has counted since it started. */
export interface DeskCounts {
  logins: number
  takeovers: number
  historyTimeouts: number
  /** Messages of sessions that are not seated, such as what was under way when another took the place. */
  unseated: number
}

export const createDeskCounts = (): DeskCounts => ({ logins: 0, takeovers: 0, historyTimeouts: 0, unseated: 0 })
