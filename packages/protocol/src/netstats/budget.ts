/** Things that are forgiven, up to so many at a time; one is forgotten every `forgetMs`. */
export interface Budget {
  /** False: this one is too much. */
  spend(mono: number): boolean
}

export const createBudget = (most: number, forgetMs: number): Budget => {
  let spent = 0
  let since = 0
  return {
    spend: (mono) => {
      const forgotten = Math.floor((mono - since) / forgetMs)
      if (forgotten > 0) {
        spent = Math.max(0, spent - forgotten)
        since += forgotten * forgetMs
      }
      if (spent === 0) since = mono
      spent++
      return spent <= most
    },
  }
}
