import type { TableColumn } from './column.ts'

/** Ranks above this are shown only when chosen. */
const onlyChosen = 100

/**
 * The columns to show. Chosen ones as they are, in table order; without a choice as many as the room holds, the most
 * useful first. The name is always there: it is how a row is found again; it takes what room is left, at least `nameRem`.
 */
export function fitColumns(
  all: readonly TableColumn[],
  chosen: readonly string[],
  roomRem: number,
  nameRem = 13,
): readonly TableColumn[] {
  if (chosen.length > 0) return all.filter((c) => c.rank === 0 || chosen.includes(c.key))
  let left = roomRem - nameRem
  const fits = new Set<TableColumn>()
  for (const column of all.toSorted((a, b) => a.rank - b.rank)) {
    if (column.rank > onlyChosen) break
    if (column.rank > 0) {
      if (column.width > left) break
      left -= column.width
    }
    fits.add(column)
  }
  return all.filter((c) => fits.has(c))
}
