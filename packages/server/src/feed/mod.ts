export { createFeed } from './feed.ts'
export type { Feed } from './feed.ts'
export { feedCounters } from './meters.ts'
export type { FeedCounter, FeedGauges, FeedMeters } from './meters.ts'
