import type { Metrics } from '../self/metrics.ts'
import type { Tls } from './open.ts'

export const registerTlsMetrics = (metrics: Metrics, tls: Tls, now: () => number): void => {
  metrics.gauge(
    'tls_certificate_left_seconds',
    'Time until the certificate in use expires; negative after it.',
    [],
    (add) => add({}, Math.round((tls.expiresAt - now()) / 1000)),
  )
  metrics.counter('tls_reloads', 'New certificates taken over.', [], (add) => add({}, tls.reloads))
  metrics.counter(
    'tls_failures',
    'Times the files of the certificate could not be used; what was there before is.',
    [],
    (add) => add({}, tls.failures),
  )
}
