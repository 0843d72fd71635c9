import type { AgentParseCode } from '../ethstats/mod.ts'

export interface HostileFrame {
  readonly name: string
  readonly frame: string
  /** The code it is refused with, or the type of the message it turns out to be. */
  readonly outcome: AgentParseCode | 'report' | 'history' | 'hello' | 'node-ping' | 'unknown'
}

const event = (name: string, payload: string): string => `{"emit":["${name}",${payload}]}`
const hash = `0x${'ab'.repeat(32)}`
const block = (fields: string): string =>
  event(
    'block',
    `{"id":"x","block":{"number":7,"hash":"${hash}","timestamp":1,"transactions":[],"uncles":[]${fields}}}`,
  )
const hello = (fields: string): string => event('hello', `{"id":"x","secret":"s3cret","info":{"name":"x"}${fields}}`)

/** Frames that crash, fool or bloat servers less careful, each with what must come of it. Large ones are made on demand. */
export const hostileFrames = (): readonly HostileFrame[] => [
  // A single one of these ends the process of the classic servers.
  { name: 'null', frame: 'null', outcome: 'unknown' },
  { name: 'hello without payload', frame: '{"emit":["hello"]}', outcome: 'HELLO_MALFORMED' },
  { name: 'stats without payload', frame: '{"emit":["stats"]}', outcome: 'STATS_MALFORMED' },
  { name: 'node-ping without payload', frame: '{"emit":["node-ping"]}', outcome: 'PING_MALFORMED' },
  { name: 'history without list', frame: event('history', '{"id":"x"}'), outcome: 'HISTORY_MALFORMED' },
  { name: 'history with null', frame: event('history', '{"id":"x","history":[null]}'), outcome: 'history' },
  { name: 'block null', frame: event('block', '{"id":"x","block":null}'), outcome: 'BLOCK_MALFORMED' },
  { name: 'info null', frame: event('hello', '{"id":"x","secret":"s3cret","info":null}'), outcome: 'HELLO_MALFORMED' },
  // Not what a frame is.
  { name: 'empty', frame: '', outcome: 'FRAME_NOT_JSON' },
  { name: 'blank', frame: ' \n', outcome: 'FRAME_NOT_JSON' },
  { name: 'number', frame: '42', outcome: 'unknown' },
  { name: 'list', frame: '[]', outcome: 'unknown' },
  { name: 'empty object', frame: '{}', outcome: 'unknown' },
  { name: 'emit null', frame: '{"emit":null}', outcome: 'EVENT_MALFORMED' },
  { name: 'emit empty', frame: '{"emit":[]}', outcome: 'EVENT_MALFORMED' },
  { name: 'emit text', frame: '{"emit":"hello"}', outcome: 'EVENT_MALFORMED' },
  { name: 'emit of number', frame: '{"emit":[1,2]}', outcome: 'EVENT_MALFORMED' },
  { name: 'unknown event', frame: '{"emit":["charts",{}]}', outcome: 'unknown' },
  { name: 'reserved event', frame: '{"emit":["end"]}', outcome: 'unknown' },
  { name: 'inherited event', frame: '{"emit":["constructor",{}]}', outcome: 'unknown' },
  { name: 'cut off', frame: '{"emit":["hello",{"id":"x"', outcome: 'FRAME_NOT_JSON' },
  { name: 'two frames', frame: '{"emit":["ready"]}{"emit":["ready"]}', outcome: 'FRAME_NOT_JSON' },
  { name: 'emit of lists', frame: '{"emit":[["hello"]]}', outcome: 'EVENT_MALFORMED' },
  {
    name: 'hello of nulls',
    frame: event('hello', '{"id":null,"info":null,"secret":null}'),
    outcome: 'HELLO_MALFORMED',
  },
  { name: 'primus of nothing', frame: '"primus::"', outcome: 'unknown' },
  { name: 'a server close from a client', frame: '"primus::server::close"', outcome: 'unknown' },
  { name: 'latency of the plugin null', frame: '{"_latency":null}', outcome: 'unknown' },
  // One of each event without what it is about.
  { name: 'block without block', frame: event('block', '{"id":"x"}'), outcome: 'BLOCK_MALFORMED' },
  { name: 'block empty', frame: event('block', '{"id":"x","block":{}}'), outcome: 'BLOCK_MALFORMED' },
  { name: 'stats null', frame: event('stats', '{"id":"x","stats":null}'), outcome: 'STATS_MALFORMED' },
  {
    name: 'pending null',
    frame: event('pending', '{"id":"x","stats":{"pending":null}}'),
    outcome: 'PENDING_MALFORMED',
  },
  { name: 'update null', frame: event('update', '{"id":"x","stats":null}'), outcome: 'UPDATE_MALFORMED' },
  { name: 'latency of object', frame: event('latency', '{"id":"x","latency":{}}'), outcome: 'LATENCY_MALFORMED' },
  { name: 'head event null', frame: event('headEvent', '{"id":"x","event":null}'), outcome: 'HEAD_EVENT_MALFORMED' },
  {
    name: 'payload null',
    frame: event('block_new_payload', '{"id":"x","block":null}'),
    outcome: 'PROCESSING_MALFORMED',
  },
  { name: 'payload of list', frame: event('new-payload', '{"id":"x","payload":[]}'), outcome: 'PROCESSING_MALFORMED' },
  {
    name: 'history that says it is long',
    frame: event('history', '{"id":"x","history":{"length":1e9}}'),
    outcome: 'HISTORY_MALFORMED',
  },
  {
    name: 'prototype in stats',
    frame: event(
      'stats',
      '{"id":"x","stats":{"__proto__":{"active":false},"constructor":{"prototype":{}},"active":true}}',
    ),
    outcome: 'report',
  },
  // Names.
  { name: 'prototype in hello', frame: hello(',"__proto__":{"admin":true}'), outcome: 'hello' },
  {
    name: 'prototype as hello',
    frame: event('hello', '{"__proto__":{"id":"x","info":{}}}'),
    outcome: 'HELLO_MALFORMED',
  },
  { name: 'id of object', frame: event('hello', '{"id":{},"info":{}}'), outcome: 'HELLO_MALFORMED' },
  {
    name: 'id of control characters',
    frame: event('hello', '{"id":"\\u0000\\u202e","info":{}}'),
    outcome: 'HELLO_MALFORMED',
  },
  { name: 'half characters', frame: event('hello', '{"id":"\\ud800","info":{"name":"\\udfff"}}'), outcome: 'hello' },
  {
    name: 'markup',
    frame: event('hello', '{"id":"<img src=x onerror=alert(1)>","info":{"node":"<b>"}}'),
    outcome: 'hello',
  },
  { name: 'long name', frame: event('hello', `{"id":"${'n'.repeat(1_000_000)}","info":{}}`), outcome: 'hello' },
  {
    name: 'wrong types in info',
    frame: event(
      'hello',
      '{"id":"x","info":{"name":[],"node":{},"port":-1,"net":1e400,"protocol":[],"api":true,"os":1,"os_v":null,"client":{},"canUpdateHistory":"yes","contact":[[]],"coinbase":0}}',
    ),
    outcome: 'hello',
  },
  // Numbers.
  { name: 'number infinite', frame: block(',"number":1e400'), outcome: 'BLOCK_MALFORMED' },
  { name: 'number negative', frame: block(',"number":-1'), outcome: 'BLOCK_MALFORMED' },
  { name: 'number of fractions', frame: block(',"number":1.5'), outcome: 'BLOCK_MALFORMED' },
  { name: 'number not a number', frame: block(',"number":"NaN"'), outcome: 'BLOCK_MALFORMED' },
  { name: 'number of 10,000 digits', frame: block(`,"number":"0x${'f'.repeat(10_000)}"`), outcome: 'BLOCK_MALFORMED' },
  { name: 'difficulty of 10,000 digits', frame: block(`,"difficulty":"${'9'.repeat(10_000)}"`), outcome: 'report' },
  { name: 'hash too short', frame: block(',"hash":"0xab"'), outcome: 'BLOCK_MALFORMED' },
  { name: 'latency negative', frame: event('latency', '{"id":"x","latency":-5}'), outcome: 'LATENCY_MALFORMED' },
  { name: 'latency infinite', frame: event('latency', '{"id":"x","latency":1e400}'), outcome: 'LATENCY_MALFORMED' },
  {
    name: 'pending of text',
    frame: event('pending', '{"id":"x","stats":{"pending":"many"}}'),
    outcome: 'PENDING_MALFORMED',
  },
  { name: 'clientTime of object', frame: event('node-ping', '{"id":"x","clientTime":{"a":[]}}'), outcome: 'node-ping' },
  {
    name: 'stats of wrong types',
    frame: event(
      'stats',
      '{"id":[],"stats":{"active":"no","syncing":1,"mining":0,"hashrate":[],"peers":{},"gasPrice":"lots","uptime":-3}}',
    ),
    outcome: 'report',
  },
  // Size.
  {
    name: 'history of 100,000',
    frame: event('history', `{"id":"x","history":[${'0,'.repeat(99_999)}0]}`),
    outcome: 'history',
  },
  { name: 'deep lists', frame: `${'['.repeat(500_000)}${']'.repeat(500_000)}`, outcome: 'FRAME_TOO_DEEP' },
  { name: 'deep objects', frame: `${'{"a":'.repeat(200_000)}0${'}'.repeat(200_000)}`, outcome: 'FRAME_TOO_DEEP' },
  { name: 'a million objects', frame: `[${'{},'.repeat(999_999)}{}]`, outcome: 'FRAME_TOO_MANY_VALUES' },
  {
    name: 'twelve megabytes of text',
    frame: event('hello', `{"id":"x","info":{"name":"${'x'.repeat(12_000_000)}"}}`),
    outcome: 'hello',
  },
  { name: 'primus of great length', frame: JSON.stringify(`primus::ping::${'1'.repeat(100_000)}`), outcome: 'unknown' },
]
