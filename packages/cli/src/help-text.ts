const codes = `
Exit codes:
  0  ended as asked
  1  failed while running
  2  wrong use: an unknown flag, a wrong value, a faulty configuration`

/** What follows the options in the help of every command. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n${codes}\n`

/** For an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]
