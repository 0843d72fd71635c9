export { createPlanner, restorePlanner } from './planner.ts'
export { notificationReasons } from './planner-model.ts'
export type {
  Notification,
  NotificationReason,
  Planner,
  PlannerOptions,
  PlannerState,
  RoutedStep,
} from './planner-model.ts'
export { isTimeZone } from './quiet-hours.ts'
export type { QuietHours } from './quiet-hours.ts'
export type { Route, RouteMatch } from './route.ts'
