export * from './model.ts'
export * from './messages.ts'
