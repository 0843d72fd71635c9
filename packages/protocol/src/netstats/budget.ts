/** Things that are forgiven, up to so many at a time; one is forgotten every `forgetMs`. Plain data: a server has many. */
export interface Budget {
  readonly most: number
  readonly forgetMs: number
  spent: number
  since: number
}

export const createBudget = (most: number, forgetMs: number): Budget => ({ most, forgetMs, spent: 0, since: 0 })

/** False: this one is too much. */
export const spend = (budget: Budget, mono: number): boolean => {
  const forgotten = Math.floor((mono - budget.since) / budget.forgetMs)
  if (forgotten > 0) {
    budget.spent = Math.max(0, budget.spent - forgotten)
    budget.since += forgotten * budget.forgetMs
  }
  if (budget.spent === 0) budget.since = mono
  budget.spent++
  return budget.spent <= budget.most
}
