/** A real nginx before servers, with TLS. */
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, run, temporaryFolder, until } from './processes.ts'
import type { Running } from './processes.ts'

const places = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx']

/** Where a path of the site leads to, and how: the lines of a `location`. */
export interface Location {
  readonly path: string
  readonly lines: readonly string[]
}

export interface Nginx extends Running {
  readonly url: string
  readonly port: number
}

/** What passes WebSockets on, and what was asked for. */
export const usual = [
  'proxy_http_version 1.1;',
  'proxy_set_header Upgrade $http_upgrade;',
  'proxy_set_header Connection $connection_upgrade;',
  'proxy_set_header Host $http_host;',
]

export const startNginx = async (locations: readonly Location[]): Promise<Nginx> => {
  const binary = places.find((path) => existsSync(path))
  if (!binary) throw new Error('no nginx: install the Debian package nginx-light')
  const folder = temporaryFolder('nginx')
  const port = await freePort()
  const [cert, key, file] = ['cert.pem', 'key.pem', 'nginx.conf'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', [...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder}/${one};`)
  const text = `
    daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
    events {}
    http {
      access_log off; ${bodies.join(' ')}
      map $http_upgrade $connection_upgrade { default upgrade; '' close; }
      server {
        listen 127.0.0.1:${port} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key};
        ${locations.map(({ path, lines }) => `location ${path} { ${lines.join(' ')} }`).join('\n')}
      }
    }`
  writeFileSync(file, text)
  const running = run(binary, ['-p', folder, '-c', file])
  await until('nginx', async () => (existsSync(join(folder, 'pid')) ? true : undefined), running)
  return {
    ...running,
    port,
    url: `https://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
