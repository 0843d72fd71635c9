export { createFeed } from './feed.ts'
export type { Feed } from './feed.ts'
export { feedRefusal } from './refusal.ts'
export { createFeedMeters, registerFeedGauges } from './meters.ts'
