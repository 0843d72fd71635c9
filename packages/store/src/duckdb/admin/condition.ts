/** Which files are not as `main.duckdb` knows them. Costs a look at the folder; the files themselves are not read. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { FileTrouble } from '../../store-admin.ts'
import type { Engine } from '../engine.ts'
import { tierOfName } from '../periods.ts'
import { isInPlace } from '../store-file.ts'

type Found = Omit<FileTrouble, 'resumePoints'>

const found = ({ files, options: { directory } }: Engine): readonly Found[] => {
  const usable = new Map(files.all().map((file) => [file.name, file]))
  const unusable = new Map(files.unusable().map((file) => [file.name, file]))
  const known = files.roster.all().flatMap(({ name, state, trouble }): readonly Found[] => {
    const tier = tierOfName(name) ?? 'kept'
    const file = usable.get(name)
    if (state !== 'kept' || file?.leaving === true) return []
    if (file !== undefined && isInPlace(file))
      return trouble === null ? [] : [{ name, tier, what: 'shortened', message: trouble }]
    const reason = unusable.get(name)?.reason
    if (reason !== undefined && isThere(join(directory, name)))
      return [{ name, tier, what: 'unusable', message: reason }]
    return [{ name, tier, what: 'missing', message: trouble ?? 'it is not in the folder of the store any more' }]
  })
  const strange = [...unusable.values()]
    .filter(({ name, path }) => files.roster.get(name) === undefined && isThere(path))
    .map(({ name, tier, reason }): Found => ({ name, tier, what: 'unusable', message: reason }))
  return [...known, ...strange]
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

export const condition = (engine: Engine): readonly FileTrouble[] =>
  found(engine).map((one) => ({ ...one, resumePoints: one.tier === 'kept' }))

/** An operator has taken note: what is lost is lost, and no longer reported. Gives what that was. */
export const accept = (engine: Engine): Promise<readonly FileTrouble[]> =>
  engine.writing.run(async () => {
    const { roster } = engine.files
    const all = condition(engine)
    const lost = all.flatMap((one) => {
      const known = roster.get(one.name)
      return known === undefined ? [] : [{ one, known }]
    })
    for (const { one, known } of lost)
      roster.note({ ...known, trouble: null, state: one.what === 'shortened' ? 'kept' : 'given up' })
    await roster.save()
    return lost.map(({ one }) => one)
  })
