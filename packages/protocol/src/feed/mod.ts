export * from './model.ts'
export * from './messages.ts'
export * from './apply.ts'
export * from './client-state.ts'
