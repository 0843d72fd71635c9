export type {
  Acknowledging,
  AlarmEngine,
  EngineFigures,
  EngineLimits,
  EngineOptions,
} from './alarm-engine.ts'
export type { AlarmStep } from './record.ts'
export { manyNodes } from './outages.ts'
export { createAlarmEngine } from './create-alarm-engine.ts'
export type { EngineState, EntryState, StateChanges } from './state.ts'
