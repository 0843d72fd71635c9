/**
 * Groups of files that reach each other by their imports: the strongly connected components of more than one file, by
 * Tarjan's algorithm. `imports` has the files that each file imports.
 */
export const circlesOf = (imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] => {
  const circles: string[][] = []
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const lower = (file: string, to: number): void => void lowest.set(file, Math.min(lowest.get(file) ?? to, to))

  const visit = (file: string): void => {
    const index = order.size
    order.set(file, index)
    lower(file, index)
    stack.push(file)
    onStack.add(file)
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) {
        visit(next)
        lower(file, lowest.get(next) ?? index)
      } else if (onStack.has(next)) lower(file, order.get(next) ?? index)
    }
    if (lowest.get(file) === index) takeCircle(file)
  }

  const takeCircle = (file: string): void => {
    const circle = stack.splice(stack.lastIndexOf(file))
    for (const one of circle) onStack.delete(one)
    if (circle.length > 1 || imports.get(file)?.includes(file) === true) circles.push(circle.sort())
  }

  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return circles
}
