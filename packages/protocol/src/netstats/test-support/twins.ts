/**
 * Machines that are copied and put back, with and without their memory, and a server that is put back, at any moment. Real
 * sessions on both ends; the folder, the store and the session registry as models. What is checked: nothing is stored twice, nothing
 * is taken for acknowledged that is not stored, and what was acknowledged and is not there any more is told.
 */
import { createAgentSession } from '../agent-session.ts'
import type { AgentAction, AgentInput } from '../agent-types.ts'
import { markOf } from '../lineage.ts'
import type { Hello } from '../messages.ts'
import { createServerSession } from '../server-session.ts'
import type { At, ServerAction, ServerInput } from '../server-types.ts'
import { writeItem } from '../write.ts'
import { append, disown, emptyFolder, save, settle, start } from './twin-agent.ts'
import type { Agent } from './twin-agent.ts'
import { Broken, createTwinServer } from './twin-server.ts'
import type { Link, Machine, Recall } from './twin-model.ts'
import type { Stored } from './twin-server.ts'

const spool = '0123456789abcdef'.repeat(2)

export const createTwins = () => {
  const server = createTwinServer()
  const machines: Machine[] = []
  /** The link that is registered. */
  let registered: Link | undefined
  let mono = 1000
  let clock = 1
  let lives = 0
  let ids = 0
  let sessions = 0
  /** Given up by agents, and reported. */
  const told = new Set<number>()
  /** Lost where nobody can know of it. */
  const beyond = new Set<number>()
  const counts = { clones: 0, forks: 0, parted: 0, doubts: 0 }

  const at = (): At => ({ now: 1_767_225_600_000 + mono, mono })
  const newLife = (): string => (++lives).toString(16).padStart(16, '0')

  const addMachine = (agent: Agent, blind = false): Machine => {
    const machine: Machine = { agent, link: undefined, blind }
    machines.push(machine)
    return machine
  }

  const tellServer = (link: Link, input: ServerInput): void => {
    if (!link.serverUp) return
    for (const action of link.server.take(input, at())) doServer(link, action)
  }
  const tellAgent = (link: Link, input: AgentInput): void => {
    if (!link.agentUp) return
    for (const action of link.agent.take(input, at())) doAgent(link, action)
    fill(link)
  }

  const doServer = (link: Link, action: ServerAction): void => {
    switch (action.type) {
      case 'send':
        link.down.push(action.text)
        return
      case 'login':
        link.hello = action.hello
        return judge(link, action.hello)
      case 'deliver': {
        if (registered !== link || link.hello === undefined) return
        if (!server.take(action.batch, link.hello))
          return tellServer(link, { type: 'nack', through: server.applied, reason: 'hole', retryMs: 0 })
        if (action.batch.last <= server.kept.through)
          tellServer(link, { type: 'durable', through: server.kept.through })
        return
      }
      case 'end':
        link.serverUp = false
        if (registered === link) registered = undefined
        return
      case 'proved':
      case 'now':
      case 'answered':
      case 'unanswered':
      case 'measured':
      case 'fault':
    }
  }

  /** As the session registry does it. */
  const judge = (link: Link, hello: Hello): void => {
    if (registered !== undefined && registered !== link) {
      const holder = registered
      const lives = holder.agentUp && holder.machine.agent.memory !== undefined
      if (lives && holder.life !== link.life) {
        counts.clones++
        return tellServer(link, { type: 'refuse', reason: 'cloned', retryMs: 0 })
      }
      holder.serverUp = false
      holder.up.length = 0
    }
    registered = undefined
    const resumed = server.resume(hello)
    if (resumed === undefined) return tellServer(link, { type: 'refuse', reason: 'busy', retryMs: 0 })
    if (resumed.how === 'parted') counts.parted++
    if (resumed.doubt !== undefined) {
      counts.doubts++
      // What it has released may have gone with what was put back in the place of the server, or be stored and forgotten: a limit.
      for (const id of ackedOf(link.machine)) beyond.add(id)
    }
    registered = link
    const { seen, doubt } = resumed
    tellServer(link, {
      type: 'admit',
      admission: {
        session: `s${++sessions}`,
        network: '1337',
        through: Math.max(server.kept.through, doubt ?? 0),
        ...(seen?.mark === undefined ? {} : { last: seen.through, mark: seen.mark }),
        ...(doubt === undefined ? {} : { doubt: true }),
        window: 20,
        intervals: { reportMs: 15_000, lingerMs: 0, pingMs: 10_000 },
        limits: { batchItems: 4, batchBytes: 64 * 1024 },
        durable: true,
      },
    })
  }

  const doAgent = (link: Link, action: AgentAction): void => {
    const { machine } = link
    const { agent } = machine
    switch (action.type) {
      case 'send':
        link.up.push(action.text)
        return
      case 'welcomed':
        machine.blind &&= isShared(machine)
        return
      case 'acknowledged':
        for (const id of settle(agent, action.through)) {
          // A copy has given it up and said so; or a server that was put back has reported a hole, and does not have what another
          // copy still has of it.
          if (!server.ids.has(id) && !told.has(id) && server.told === 0)
            throw new Broken(`${id} was taken for acknowledged, and is not stored`)
        }
        return
      case 'resend':
        link.position = action.after
        return
      case 'end':
        link.agentUp = false
        if (machine.link === link) machine.link = undefined
        if (action.how === 'forked' && action.through !== undefined) {
          counts.forks++
          machine.blind &&= action.doubt === true
          for (const id of disown(agent, action.through, newLife(), action.doubt)) told.add(id)
        }
        return
      case 'intervals':
      case 'request':
      case 'measured':
      case 'fault':
    }
  }

  const fill = (link: Link): void => {
    const { rows } = link.machine.agent.folder
    for (let room = link.agent.room(); link.agentUp && room > 0; room = link.agent.room()) {
      const { position } = link
      const items = rows.filter(({ sequence }) => sequence > position).slice(0, room)
      const last = items.at(-1)
      if (last === undefined) return
      link.position = last.sequence
      const before = link.before + rows.filter(({ sequence }) => sequence > link.from && sequence <= position).length
      for (const action of link.agent.take({ type: 'offer', after: position, before, items }, at()))
        doAgent(link, action)
    }
  }

  const connect = (machine: Machine): void => {
    const { agent } = machine
    const { folder, memory } = agent
    if (memory === undefined || machine.link !== undefined) return
    const life = folder.lives.at(-1)?.life ?? ''
    const session = createAgentSession({
      hello: {
        agent: 'alpha',
        node: 'alpha',
        info: { name: 'alpha' },
        spool,
        after: memory.cursor,
        acknowledged: memory.count,
        lives: folder.lives,
        software: 'model',
      },
      last: folder.next - 1,
      markAt: (sequence) => {
        const row = folder.rows.find((one) => one.sequence === sequence)
        return row && markOf(writeItem(row))
      },
    })
    const link: Link = {
      machine,
      agent: session,
      server: createServerSession(),
      life,
      up: [],
      down: [],
      hello: undefined,
      agentUp: true,
      serverUp: true,
      from: memory.cursor,
      before: memory.count,
      position: memory.cursor,
    }
    machine.link = link
    tellServer(link, { type: 'opened' })
    tellAgent(link, { type: 'opened' })
  }

  /** Nobody hears anything any more; a side that is notified knows. */
  const cut = (machine: Machine, who: 'both' | 'agent'): void => {
    const { link } = machine
    if (link === undefined) return
    link.up.length = 0
    link.down.length = 0
    tellAgent(link, { type: 'closed' })
    if (who === 'both') tellServer(link, { type: 'closed' })
    link.agentUp = false
    machine.link = undefined
  }

  const deliver = (machine: Machine, direction: 'up' | 'down', frames: number): void => {
    const { link } = machine
    if (link === undefined) return
    for (let n = 0; n < frames; n++) {
      const text = link[direction].shift()
      if (text === undefined) return
      if (direction === 'up') tellServer(link, { type: 'frame', text })
      else tellAgent(link, { type: 'frame', text })
    }
  }

  const stop = (machine: Machine): void => {
    cut(machine, 'both')
    machine.agent.memory = undefined
  }
  const begin = (machine: Machine): void => {
    Object.assign(machine.agent, start(machine.agent.folder, newLife(), clock))
  }
  const tick = (): void => {
    for (const { link } of machines) {
      if (link === undefined) continue
      if (link.serverUp && link.server.wakeAt() <= mono) tellServer(link, { type: 'tick' })
      if (link.agentUp && link.agent.wakeAt() <= mono) tellAgent(link, { type: 'tick' })
    }
  }
  const recalled = (agent: Agent, recall: Recall): Agent => ({
    folder: agent.folder,
    memory: agent.memory && { ...agent.memory, leap: recall === 'clock shows it' },
  })

  const lifeOf = ({ folder }: Agent): string | undefined => folder.lives.at(-1)?.life
  /** Whether another machine has ever had this life. */
  const isShared = (machine: Machine): boolean =>
    machines.some((one) => one !== machine && one.agent.folder.lives.some(({ life }) => life === lifeOf(machine.agent)))
  /** Where a life ended in a folder; 0 where it has not, or is not there. */
  const endOf = ({ lives, next }: Agent['folder'], life: string | undefined): number => {
    const at = lives.findIndex((one) => one.life === life)
    return at === -1 ? 0 : (lives[at + 1]?.from ?? next)
  }
  const ackedOf = ({ agent: { folder, memory } }: Machine): readonly number[] => [
    ...folder.acked,
    ...(memory?.acked ?? []),
  ]

  addMachine(start(emptyFolder, newLife(), clock))

  return {
    machines,
    counts,
    stored: (): number => server.ids.size,
    told: (): number => told.size,
    connect,
    cut,
    deliver,
    produce(machine: Machine, count: number): void {
      for (let n = 0; n < count; n++) append(machine.agent, ++ids, newLife())
      // A new life is told by a new login.
      const { link, agent } = machine
      if (link === undefined) return
      if (link.life !== agent.folder.lives.at(-1)?.life) return cut(machine, 'both')
      fill(link)
    },
    /** It logs in, and delivers what it has as far as there are rounds. */
    speak(machine: Machine, rounds: number): void {
      connect(machine)
      for (let round = 0; round < rounds; round++) {
        deliver(machine, 'up', 100)
        this.commit(100)
        this.advance(20)
        deliver(machine, 'down', 100)
      }
    },
    save: (machine: Machine): void => save(machine.agent),
    advance(ms: number): void {
      mono += ms
      clock += ms
      tick()
    },
    /** Wall clocks of all, from now on. */
    setClock(to: number): void {
      clock = to
    },
    commit(chunks: number): void {
      server.commit(chunks)
      if (registered !== undefined) tellServer(registered, { type: 'durable', through: server.kept.through })
      tick()
    },
    giveUp(): void {
      server.giveUp()
      if (registered !== undefined)
        tellServer(registered, { type: 'nack', through: server.kept.through, reason: 'lost', retryMs: 10 })
    },
    restart(machine: Machine): void {
      if (machine.blind) return
      stop(machine)
      begin(machine)
    },
    stop(machine: Machine): void {
      if (!machine.blind) stop(machine)
    },
    begin(machine: Machine): void {
      if (machine.agent.memory === undefined) begin(machine)
    },
    /** Whether somebody has ended the life of this copy later than the copy was taken, and may have told nobody of it. */
    mayRecall: (agent: Agent, others: readonly Agent[]): boolean =>
      [
        ...machines.map((one) => one.agent).filter((one) => one.memory === undefined || lifeOf(one) !== lifeOf(agent)),
        ...others,
      ].every(({ folder }) => endOf(folder, lifeOf(agent)) <= agent.folder.next),
    copyFolder: (machine: Machine): Agent => ({ folder: machine.agent.folder, memory: undefined }),
    copyMachine: (machine: Machine): Agent => ({ ...machine.agent }),
    /** A second machine with it. */
    add(agent: Agent, recall: Recall): void {
      const blind = agent.memory !== undefined && recall === 'clock does not'
      const twin = addMachine(recalled(agent, recall), blind)
      for (const one of machines) if (blind && lifeOf(one.agent) === lifeOf(agent)) one.blind = true
      if (agent.memory === undefined) begin(twin)
    },
    /** In the place of what the machine has. */
    putBack(machine: Machine, agent: Agent, recall: Recall): void {
      cut(machine, 'both')
      Object.assign(machine.agent, recalled(agent, recall))
      machine.blind = agent.memory !== undefined && recall === 'clock does not'
      for (const one of machines) if (machine.blind && lifeOf(one.agent) === lifeOf(agent)) one.blind = true
      if (agent.memory === undefined) begin(machine)
    },
    copyServer: (): Stored => server.copy(),
    restartServer(stored: Stored = server.copy()): void {
      for (const machine of machines) {
        cut(machine, 'both')
        // Two that share a life, or have parted within one, and a server that has forgotten: the same limit.
        if (stored !== server.copy() && (machine.blind || machine.agent.folder.forked))
          for (const id of ackedOf(machine)) beyond.add(id)
      }
      registered = undefined
      server.putBack(stored)
    },
    /** All faults end: each machine has its turn to deliver what it has. */
    heal(): void {
      for (const machine of machines) {
        for (const one of machines) cut(one, 'both')
        if (machine.agent.memory === undefined) begin(machine)
        append(machine.agent, ++ids, newLife())
        for (let round = 0; machine.agent.folder.rows.length > 0; round++) {
          if (round > 200) throw new Broken(`a machine does not get rid of what it has`)
          connect(machine)
          deliver(machine, 'up', 100)
          this.commit(100)
          this.advance(20)
          deliver(machine, 'down', 100)
          save(machine.agent)
        }
      }
      const missing = new Set<number>()
      for (const machine of machines)
        for (const id of ackedOf(machine)) if (!server.ids.has(id) && !told.has(id) && !beyond.has(id)) missing.add(id)
      if (missing.size > server.told)
        throw new Broken(`${missing.size} acknowledged observations are not there, and ${server.told} are told`)
    },
  }
}
export type Twins = ReturnType<typeof createTwins>
