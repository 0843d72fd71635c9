/** A short block of aligned lines for a person at a terminal. */
export const block = (title: string, rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
  return `\n  ${title}\n\n${lines.join('\n')}\n\n`
}
