export type { AgentMessage, DashboardMessage, Dialect, Report, ReportKind, ServerMessage } from './messages.ts'
