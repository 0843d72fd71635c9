/** A promise that a proof found broken. */
export class Violation extends Error {
  override readonly name = 'Violation'
}
