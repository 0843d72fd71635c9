/** A function was asked for something that is not known. It leaves the expression, or is absorbed by `||` and `&&`. */
class UnknownFact extends Error {
  override readonly name = 'UnknownFact'
}

/** One for all: it is thrown for every node that lacks the fact, and taking down the stack is what costs. */
export const unknownFact = new UnknownFact()
