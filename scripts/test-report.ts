/** What a step of `npm test` adds to the last line. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  /** What the output of the step does not say plainly. */
  readonly remarks: readonly string[]
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** Counts the cases of a vitest JSON report; `code` is how vitest ended. */
export const countCases = (json: string | undefined, code: number): Counts => {
  if (json === undefined) return { passed: 0, failed: 1, remarks: ['ended without a report'] }
  const { testResults } = JSON.parse(json) as VitestReport
  const cases = testResults.flatMap((one) => one.assertionResults)
  const of = (status: string): number => cases.filter((one) => one.status === status).length
  // A test that did not run proved nothing: it counts as failed, so that nothing is skipped in silence.
  const notRun = cases.filter((one) => one.status !== 'passed' && one.status !== 'failed')
  // A file that could not be loaded has no case that failed.
  const broken = testResults.filter(
    (one) => one.status === 'failed' && one.assertionResults.every((each) => each.status !== 'failed'),
  )
  const failed = of('failed') + notRun.length + broken.length
  const remarks = [
    ...notRun.map((one) => `not run: ${one.fullName}`),
    ...broken.map((one) => `could not be run: ${one.name}`),
  ]
  // What fails outside of any case, such as an unhandled rejection, shows in the exit code only.
  return failed === 0 && code !== 0
    ? { passed: of('passed'), failed: 1, remarks: [`ended with code ${code}`] }
    : { passed: of('passed'), failed, remarks }
}
