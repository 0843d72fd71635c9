/** What a demo is told by its flags. */
import { existsSync } from 'node:fs'
import { loadConfig } from '@netstats/runtime/config'
import { readScript, ScriptError, scriptConfig, simulatedEngines } from '@netstats/simulator'
import type { Cast, Script, SimulatedEngine } from '@netstats/simulator'
import { builtinScripts } from '@netstats/simulator/scripts'
import { usageError } from '../errors.ts'
import type { DemoFlags } from '../io.ts'

export interface DemoPlan {
  readonly cast: Cast
  readonly period: number
  readonly scriptName: string
  readonly script: Script
}

/** Nodes of a demo that are no validators. */
const candidates = 2
const mostValidators = 21

export const demoPlan = (flags: DemoFlags): DemoPlan => {
  const engine = engineOf(flags.engine ?? 'qbft')
  const validators = wholeFrom('--validators', flags.validators ?? '5', 3, mostValidators, '')
  const cast: Cast = { engine, validators, candidates }
  const scriptName = flags.script ?? 'tour'
  return {
    cast,
    period: wholeFrom('--block-time', flags.blockTime ?? '2', 1, 60, ' of seconds'),
    scriptName,
    script: scriptOf(scriptName, cast),
  }
}

const engineOf = (text: string): SimulatedEngine => {
  const engine = simulatedEngines.find((one) => one === text)
  if (engine !== undefined) return engine
  throw usageError(`--engine: found "${text.slice(0, 20)}", expected one of ${simulatedEngines.join(', ')}`)
}

const wholeFrom = (flag: string, text: string, least: number, most: number, unit: string): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw usageError(`${flag}: found "${text.slice(0, 20)}", expected a whole number${unit} from ${least} to ${most}`)
}

const scriptOf = (name: string, cast: Cast): Script => {
  const builtin = Object.hasOwn(builtinScripts, name) ? builtinScripts[name] : undefined
  if (builtin !== undefined) {
    const script = builtin.write(cast)
    if (script.scenes.length === 0 && name !== 'calm')
      throw usageError(`--script: ${name} has nothing to play with ${cast.validators} validators of ${cast.engine}`)
    return script
  }
  if (!existsSync(name)) {
    const names = Object.keys(builtinScripts).join(', ')
    throw usageError(`--script: found "${name.slice(0, 60)}", expected a file or one of ${names}`)
  }
  try {
    return readScript(loadConfig({ schema: scriptConfig, file: name }), cast)
  } catch (error) {
    if (error instanceof ScriptError) throw usageError(`${name}: ${error.message}`)
    throw error
  }
}
