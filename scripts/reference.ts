// `npm run reference`: writes docs/reference again, and the table of pools in the security guide.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serverConfig } from '../packages/server/src/config.ts'
import { withPools } from '../packages/server/src/pools.ts'
import { referenceFolder, referencePages } from './reference-pages.ts'

mkdirSync(referenceFolder, { recursive: true })
for (const [name, text] of Object.entries(await referencePages())) writeFileSync(join(referenceFolder, name), text)

const guide = join(referenceFolder, '..', 'guides', 'security.md')
writeFileSync(guide, withPools(readFileSync(guide, 'utf8'), serverConfig.parse({})))
