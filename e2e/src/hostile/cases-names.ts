/** Names with a meaning of their own in JavaScript, in HTML or on a terminal. */
import { openPage } from '../support/classic.ts'
import { openFeed } from '../support/feed.ts'
import { chainBlock, emit, loginAt } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'
import { until } from '../support/processes.ts'
import { findRow, networksOf, rowOf, rowsOf } from '../support/rows.ts'
import type { Harness, HostileCase } from './harness.ts'

const inherited = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'length',
  '__defineGetter__',
]
const paths = [
  '../../etc/passwd',
  'a/b?c#d',
  '%2e%2e%2f',
  'x;y&z=1',
  'emoji \u{1f980}',
  'ÄÖÜ',
  '日本',
  '.',
  '..',
  'a\\b',
]

const reportAs = async (harness: Harness, id: string, address: string, net: string): Promise<Peer> => {
  const peer = await loginAt(harness.server, { id, net }, { address })
  await peer.send(emit('block', { id, block: chainBlock(9, 1_767_225_600) }))
  await peer.send(emit('stats', { id, stats: { active: true, peers: 4, syncing: false, gasPrice: 1, uptime: 100 } }))
  // Keys of the same kind inside of a report change nothing outside of it.
  await peer.send(
    `{"emit":["stats",{"id":${JSON.stringify(id)},"__proto__":{"polluted":1},"stats":{"__proto__":{"active":false,"polluted":1},"constructor":{"prototype":{"polluted":1}},"active":true,"peers":4,"gasPrice":1,"syncing":false}}]}`,
  )
  return peer
}

const ids: HostileCase = {
  name: '__proto__ and its like as ids, names and keys',
  async run(harness) {
    const { server } = harness
    const net = '777002'
    const names = [...inherited, ...paths]
    const address = harness.address()
    const peers: Peer[] = []
    for (const id of names) peers.push(await reportAs(harness, id, address, net))
    for (const id of names) {
      // A URL cannot carry `.` and `..` as a part of its path; the list has them all the same.
      const ask = id === '.' || id === '..' ? async () => findRow(server, id) : () => rowOf(server, net, id)
      const row = await until(
        `the row of ${id}`,
        async () => {
          const now = await ask()
          return now?.blockNumber === 9 && now.peers === 4 ? now : undefined
        },
        server,
        10_000,
      )
      if (row.id !== id || row.state !== 'active') throw new Error(`the row of ${id} is ${JSON.stringify(row)}`)
    }
    const listed = (await rowsOf(server, net)).map((row) => row.id).sort()
    if (JSON.stringify(listed) !== JSON.stringify([...names].sort())) throw new Error(`listed are ${listed.join()}`)
    for (const unheard of ['nobody', 'isPrototypeOf']) {
      if ((await rowOf(server, net, unheard)) !== undefined) throw new Error(`there is a row of ${unheard}`)
    }
    for (const network of inherited) {
      if ((await rowsOf(server, network)).length > 0) throw new Error(`there is a network ${network}`)
    }
    using feed = await openFeed(server, { address: harness.address() })
    const shown = await feed.nodes(net)
    if (shown.length !== names.length) throw new Error(`the feed shows ${shown.length} of ${names.length} nodes`)
    using page = await openPage(server, { address: harness.address() }, net)
    const init = await page.first('"init"')
    const {
      emit: [, { nodes }],
    } = JSON.parse(init) as { emit: [string, { nodes: { id: string }[] }] }
    if (nodes.length !== names.length)
      throw new Error(`the classic page shows ${nodes.length} of ${names.length} nodes`)
    for (const peer of peers) {
      peer.socket.close()
      await peer.ended
    }
    return `${names.length} ids, each with hostile keys`
  },
  counted: { ethstats_logins_total: inherited.length + paths.length },
}

const networks: HostileCase = {
  name: '__proto__ and its like as networks',
  async run(harness) {
    const nets = [...inherited, '-1', '1e5', '0x', '00004242', ' 5 ', 'overflow', 'unknown', '9'.repeat(500), '../..']
    const before = (await networksOf(harness.server)).length
    for (const [i, net] of nets.entries()) {
      const peer = await loginAt(harness.server, { id: `net-${i}`, net }, { address: harness.address() })
      peer.socket.close()
      await peer.ended
    }
    const after = await networksOf(harness.server)
    const odd = after.filter(({ key }) => !/^(\d{1,78}(-[0-9a-f]+)?|unknown|overflow)$/.test(key))
    if (odd.length > 0) throw new Error(`networks are called ${odd.map(({ key }) => key).join()}`)
    if (after.length > before + 4) throw new Error(`${after.length - before} new networks`)
    return `${nets.length} networks`
  },
  counted: { ethstats_logins_total: 17 },
}

const markupText = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  "'-alert(3)-'",
  '<svg/onload=alert(4)>',
  '&lt;b&gt; &amp;',
  '{{constructor.constructor("alert(5)")()}}',
]
const controls = '\u0000\u0007\u001b[2Jred\u202etxt\u2028line\r\nbreak\ufeff'

const markup: HostileCase = {
  name: 'markup and control characters in names',
  async run(harness) {
    const { server } = harness
    const net = '777003'
    const address = harness.address()
    const peers: Peer[] = []
    for (const text of markupText)
      peers.push(await loginAt(server, { id: text, name: text, node: `${text}/v1.2.3`, net }, { address }))
    peers.push(
      await loginAt(server, { id: 'controls', name: controls, node: `Geth${controls}/v1.2.3`, net }, { address }),
    )
    await until(
      'all rows are there',
      async () => ((await rowsOf(server, net)).length === peers.length ? true : undefined),
      server,
    )

    using page = await openPage(server, { address: harness.address() }, net)
    const init = await page.first((frame) => frame.includes('"init"') && frame.includes('controls'))
    if (/[<>]|'/.test(init)) throw new Error(`markup reaches the classic page: ${init.slice(0, 500)}`)
    if (!init.includes('&lt;img src=x onerror=alert(1)&gt;')) throw new Error('the name is not escaped but lost')

    const answer = await fetch(`${server.url}/api/v1/networks/${net}/nodes`)
    const type = answer.headers.get('content-type') ?? ''
    if (!type.startsWith('application/json')) throw new Error(`rows are answered as ${type}`)
    if (answer.headers.get('x-content-type-options') !== 'nosniff')
      throw new Error('a browser may guess the type of rows')
    const text = await answer.text()
    const names = (JSON.parse(text) as { nodes: { name: string }[] }).nodes.map(({ name }) => name)
    for (const one of markupText) if (!names.includes(one)) throw new Error(`REST does not give ${one} as it is`)

    using feed = await openFeed(server, { address: harness.address() })
    const shown = await feed.nodes(net)
    for (const place of [text, JSON.stringify(shown), init]) {
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      if (/[\u0000-\u001f\u007f-\u009f\u2028\u202e\ufeff]|\\u00[01]/.test(place))
        throw new Error('control characters are passed on')
    }
    if (!names.some((name) => name.startsWith('[2Jred')))
      throw new Error(`the name with control characters is lost: ${names.join()}`)
    for (const peer of peers) {
      peer.socket.close()
      await peer.ended
    }
    return `${markupText.length} kinds of markup, ${controls.length} kinds of control characters`
  },
  counted: { ethstats_logins_total: markupText.length + 1 },
}

export const nameCases: readonly HostileCase[] = [ids, networks, markup]
