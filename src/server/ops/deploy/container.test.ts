/** The container's steps, run in a clean folder: all but `npm ci` and the base image, which need a network. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../testing/services/service-process.ts'
import { leavesOfSettings } from '../options/leaves.ts'
import { environmentOf, parseContainerfile, type Stage, valuesOf } from './testing/containerfile.ts'

const root = resolve(import.meta.dirname, '..', '..', '..', '..')
const file = join(root, 'deploy', 'container', 'Containerfile')
const [build, server] = parseContainerfile(readFileSync(file, 'utf8')) as [Stage, Stage]

describe('the container', () => {
  it('is built in stages, runs as nobody special, and tells how it is (G10)', () => {
    expect([build.name, server.name]).toEqual(['build', 'server'])
    const user = valuesOf(server, 'USER')
    expect(user).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)])
    expect(valuesOf(server, 'EXPOSE').join(' ').split(' ')).toContain('8080')
    expect(valuesOf(server, 'HEALTHCHECK')[0]).toContain('health.mjs')
    expect(valuesOf(server, 'STOPSIGNAL')).toEqual(['SIGTERM'])
    // A shell as the first process would keep SIGTERM to itself.
    expect(valuesOf(server, 'ENTRYPOINT')[0]).toMatch(/^\["node",/)
    // The user is named before nothing but what needs no rights.
    const last = server.instructions.findLastIndex(({ name }) => name === 'RUN' || name === 'COPY')
    expect(server.instructions.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(last)
  })

  it('sets options that exist, and no secret', () => {
    const leaves = new Map(leavesOfSettings().map((leaf) => [leaf.variable, leaf]))
    for (const name of Object.keys(environmentOf(server))) {
      if (name.startsWith('LANDLINE_')) expect(leaves.get(name)?.isSecret).toBe(false)
    }
    expect(environmentOf(server)).toMatchObject({ LANDLINE_PORT: '8080', LANDLINE_HOST: '0.0.0.0' })
  })

  it('is given by its ignore file what it copies, and nothing that could hold a secret', () => {
    const kept = readFileSync(`${file}.dockerignore`, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    const copied = [build, server]
      .flatMap((stage) => valuesOf(stage, 'COPY'))
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1))
    for (const source of copied) {
      expect(kept.some((one) => source === one || source.startsWith(`${one}/`))).toBe(true)
    }
    expect(kept).not.toContain('deploy')
  })
})

describe('the built server', () => {
  let folder: string
  let child: ChildProcess | undefined
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-container-'))
  })
  afterAll(() => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  /** COPY and RUN of a stage, with its folders under `folder`. */
  function follow(stage: Stage, workdir: string, from: (path: string) => string): void {
    const there = join(folder, workdir)
    mkdirSync(there, { recursive: true })
    for (const { name, rest } of stage.instructions) {
      if (name === 'COPY') {
        const words = rest.split(' ').filter((word) => !word.startsWith('--'))
        const target = words.at(-1) ?? '.'
        for (const source of words.slice(0, -1)) {
          const isFolder = target.endsWith('/') && words.length > 2
          const isFile = /\.\w+$/.test(basename(source))
          const path =
            isFolder || isFile ? join(there, target, basename(source)) : join(there, target)
          mkdirSync(dirname(path), { recursive: true })
          const origin = rest.startsWith('--from') ? join(folder, source) : from(source)
          cpSync(origin, path, { recursive: true })
        }
      } else if (name === 'RUN' && rest.startsWith('npm ci')) {
        symlinkSync(join(root, 'node_modules'), join(there, 'node_modules'), 'junction')
      } else if (name === 'RUN' && rest.startsWith('node ')) {
        const args = rest.split(' ').slice(1)
        const placed = args.map((arg) => (arg.startsWith('/') ? join(folder, arg) : arg))
        execFileSync(process.execPath, placed, { cwd: there, stdio: 'pipe' })
      }
    }
  }

  /** Where the server runs is where PostgreSQL and Redis must be reached from (G14). */
  async function expectDoctor(environment: Record<string, string>): Promise<void> {
    const port = await freePort()
    const secret = join(folder, 'postgres-connection-string')
    writeFileSync(secret, `postgres://me:planted-password@127.0.0.1:${port}/landline\n`)
    const args = ['doctor', '--json', '--data', join(folder, 'data'), '--port', `${port}`]
    const cli = join(folder, 'app', 'landline.mjs')
    const doctor = spawn(process.execPath, [cli, ...args], {
      env: { ...environment, LANDLINE_POSTGRES_CONNECTION_STRING_FILE: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const report = await text(doctor.stdout)
    expect(report).not.toContain('planted')
    const { groups } = JSON.parse(report) as {
      groups: { checks: { id: string; state: string }[] }[]
    }
    const checks = groups.flatMap((group) => group.checks)
    const stateOf = (id: string) => checks.find((check) => check.id === id)?.state
    expect(stateOf('hosting.server.database')).toBe('ok')
    expect(stateOf('service.postgresql')).toBe('failed')
  }

  it('[D16] starts from what the steps leave, says that it is well, and drains on SIGTERM', async () => {
    follow(build, 'build', (path) => join(root, path))
    follow(server, 'app', (path) => join(root, path))
    const environment = {
      ...environmentOf(server),
      LANDLINE_HOST: '127.0.0.1',
      LANDLINE_ADMIN_HOST: '127.0.0.1',
      LANDLINE_PORT: '0',
      LANDLINE_ADMIN_PORT: '0',
      LANDLINE_DATA_DIR: join(folder, 'data'),
    }
    const [, ...args] = JSON.parse(valuesOf(server, 'ENTRYPOINT')[0] ?? '[]') as string[]
    const inside = (arg: string): string => (arg.startsWith('/') ? join(folder, arg) : arg)
    child = spawn(process.execPath, args.map(inside), {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    if (child.stdout === null) throw new Error('no pipe')
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const { admin = '' } = JSON.parse(line) as Record<string, string>
    const check = (port: string): void =>
      void execFileSync(process.execPath, [join(folder, 'app', 'health.mjs')], {
        env: { LANDLINE_ADMIN_PORT: port },
        stdio: 'pipe',
      })
    check(new URL(admin).port)
    expect(() => check('1')).toThrow()
    expect((await fetch(`${admin}/health/ready`)).status).toBe(200)
    child.kill('SIGTERM')
    expect((await once(child, 'exit'))[0]).toBe(0)
    const cli = [join(folder, 'app', 'landline.mjs'), 'invite', 'create', '--role', 'host']
    const invite = execFileSync(process.execPath, cli, {
      env: { ...environment, LANDLINE_PORT: '8080' },
      stdio: 'pipe',
    })
    expect(invite.toString()).toMatch(/^landline:\/\/join\?/)
    await expectDoctor(environment)
  }, 60_000)
})
