/** Plays scenes on a network in its own time. */
import type { Network } from '../network.ts'
import { act } from './acts.ts'
import type { Scene } from './acts.ts'

export interface PlayOptions {
  /** When the script begins; when the network began unless told. */
  readonly from?: number
  /** Seconds after which it begins again; played once unless told. */
  readonly repeatAfter?: number
  /** Called as a scene is played. */
  readonly onScene?: (scene: Scene) => void
}

export const playScript = (network: Network, scenes: readonly Scene[], options: PlayOptions = {}): void => {
  const { from = network.options.start, repeatAfter, onScene } = options
  for (const scene of scenes) {
    network.at(from + scene.after * 1000, () => {
      onScene?.(scene)
      act(network, scene)
    })
  }
  if (repeatAfter === undefined) return
  const next = from + repeatAfter * 1000
  network.at(next, () => playScript(network, scenes, { ...options, from: next }))
}
