/** Methods for whoever runs the store: each gets the engine and runs in the store's thread. */
import type { Method } from '../methods.ts'

export const admin: { readonly [name: string]: Method } = {}
