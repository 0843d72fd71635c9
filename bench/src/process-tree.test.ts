import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { pidsOf, pssBytes, threadsOf, useOf } from './process-tree.ts'

describe('a tree of processes', () => {
  it('has the process, its children and theirs, and what they take', async () => {
    const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => 0, 1e6)'], { stdio: 'inherit' })`
    const child = spawn(process.execPath, ['-e', grandchild], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(child.stdout, 'data')
      const [first, ...others] = pidsOf(child.pid!)
      expect(first).toBe(child.pid)
      expect(others).toHaveLength(1)
      const uses = useOf([first!, ...others, 2 ** 30])
      expect(uses).toHaveLength(2)
      for (const { rssBytes, pid } of uses) expect(pssBytes(pid)).toBeLessThanOrEqual(rssBytes * 1.1)
      expect([...threadsOf(first!).values()].every((ms) => ms >= 0)).toBe(true)
      for (const pid of others) process.kill(pid)
    } finally {
      child.kill()
    }
  })
})
