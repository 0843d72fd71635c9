import type { MetricsRegistry } from '../../telemetry/registry.ts'
import type { Tls } from './open.ts'

export const registerTlsMetrics = (registry: MetricsRegistry, tls: Tls, now: () => number): void => {
  registry.gauge(
    'tls_certificate_left_seconds',
    'Time until the certificate in use expires; negative after it.',
    [],
    () => Math.round((tls.expiresAt - now()) / 1000),
  )
  registry.counter('tls_reloads_total', 'New certificates taken over.', [], () => tls.reloads)
  registry.counter(
    'tls_failures_total',
    'Times the files of the certificate could not be used; what was there before is.',
    [],
    () => tls.failures,
  )
}
