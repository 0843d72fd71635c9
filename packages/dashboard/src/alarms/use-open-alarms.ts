/** The open alarms of all networks, as the head of every page follows them. */
import { useTopic } from '../feed/topics.ts'

/** Worst first; the counts and the verdicts are of all. */
const headAlarms = 50

export const useOpenAlarms = () => useTopic({ topic: 'alarms', limit: headAlarms })
