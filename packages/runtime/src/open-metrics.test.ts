import { describe, expect, it } from 'vitest'
import { expositionOf } from './open-metrics.ts'

const text = [
  '# HELP a_total Counts a_total things.',
  '# TYPE a_total counter',
  'a_total{x="_total "} 1',
  '# HELP b_seconds Takes.',
  '# TYPE b_seconds histogram',
  'b_seconds_bucket{le="1"} 1',
  'b_seconds_bucket{le="0.5"} 1',
  'b_seconds_bucket{le="+Inf"} 1',
  '',
].join('\n')

describe('a scrape', () => {
  it('is OpenMetrics where that is asked for, and no less than the text of Prometheus', () => {
    const typeOf = (accept: string | undefined): string => expositionOf(text, accept).type.replace(/;.*/, '')
    expect(typeOf('application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1')).toBe(
      'application/openmetrics-text',
    )
    for (const accept of [
      undefined,
      '*/*',
      'text/html',
      'text/plain',
      'application/openmetrics-text;q=0',
      'application/openmetrics-text;q=0.1, text/plain',
    ])
      expect(typeOf(accept)).toBe('text/plain')
    expect(expositionOf(text, undefined).body).toBe(text)
  })

  it('names families of counters without their ending there, has floats as bounds, and ends', () => {
    expect(expositionOf(text, 'application/openmetrics-text').body.split('\n')).toEqual([
      '# HELP a Counts a_total things.',
      '# TYPE a counter',
      'a_total{x="_total "} 1',
      '# HELP b_seconds Takes.',
      '# TYPE b_seconds histogram',
      'b_seconds_bucket{le="1.0"} 1',
      'b_seconds_bucket{le="0.5"} 1',
      'b_seconds_bucket{le="+Inf"} 1',
      '# EOF',
      '',
    ])
  })
})
