import { spawnSync } from 'node:child_process'

/** Another apt, such as the one that a new machine runs by itself, may take some minutes. */
const lockSeconds = 600
const pauseMs = 2000

const pause = (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/**
 * Runs apt-get and says whether it ended well. It waits by itself for the lock on packages, but not in every version for
 * the one on lists: then it is asked again until the time is over.
 */
export const aptGet = (args, { say = () => undefined, wait = pause, now = Date.now, ...options } = {}) => {
  const until = now() + lockSeconds * 1000
  for (let told = false; ; wait(pauseMs)) {
    const done = spawnSync('apt-get', ['-o', `DPkg::Lock::Timeout=${lockSeconds}`, ...args], {
      ...options,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    if (done.error !== undefined) return false
    if (done.status !== 0 && isLocked(done.stderr) && now() < until) {
      if (!told) say('another apt is at work; waiting for it')
      told = true
      continue
    }
    process.stderr.write(done.stderr)
    return done.status === 0
  }
}

const isLocked = (said) => /could not get lock|unable to (acquire|lock)/i.test(said)
