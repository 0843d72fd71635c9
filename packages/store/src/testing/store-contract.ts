import { blocksContract } from './store-contract/blocks.ts'
import { endsContract } from './store-contract/ends.ts'
import { exportsContract } from './store-contract/exports.ts'
import { listsContract } from './store-contract/lists.ts'
import { momentContract } from './store-contract/moment.ts'
import { resumePointsContract } from './store-contract/resume-points.ts'
import { seriesContract } from './store-contract/series.ts'
import type { OpenStore, StoreContractFeatures } from './store-contract/setup.ts'
import { writingContract } from './store-contract/writing.ts'

/** What every store must do. `open` is called by each test, with a place of its own. */
export const storeContract = (name: string, open: OpenStore, features: StoreContractFeatures): void => {
  writingContract(name, open, features)
  seriesContract(name, open)
  listsContract(name, open)
  blocksContract(name, open)
  momentContract(name, open)
  resumePointsContract(name, open, features)
  exportsContract(name, open, features)
  endsContract(name, open, features)
}
