/** The doctor in the terminal: `npm run doctor -- --target 192.168.1.20:47800`. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { fingerprintOf } from '../client/connection/host-trust.ts'
import { PROTOCOL_VERSION } from '../protocol/version.ts'
import { CLI_HELP, parseCliOptions } from './cli-options.ts'
import type { CliOptions } from './cli-options.ts'
import { isSelfAssigned, kindOfInterface } from './computer/interfaces.ts'
import { postgresProbe, redisProbe } from './edges/backends.ts'
import { lookWithNode } from './edges/look-with-node.ts'
import { person, systemPorts } from './edges/system.ts'
import type { HostIdentity } from './hosting/certificate.ts'
import { makePlan } from './plan.ts'
import type { DoctorPorts, HostedSubject } from './plan.ts'
import { parseTarget } from './reaching/parse-target.ts'
import { redactor } from './redact.ts'
import { reportText } from './report-text.ts'
import { countOf } from './report.ts'
import { runDoctor } from './run-doctor.ts'

const BAD_FLAGS = 2

// Who reads may have had enough, as `head` has.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const parsed = parseCliOptions(process.argv.slice(2), process.env)
if (parsed.kind === 'fault') {
  process.stderr.write(`${parsed.message}\nSee --help.\n`)
  process.exitCode = BAD_FLAGS
} else if (parsed.options.help) {
  process.stdout.write(CLI_HELP)
} else {
  process.exitCode = await main(parsed.options)
}

async function main(options: CliOptions): Promise<number> {
  const targets = options.targets.map(parseTarget)
  const wrong = targets.find((one) => one.kind === 'fault')
  if (wrong !== undefined) {
    process.stderr.write(`--target: ${wrong.message}\n`)
    return BAD_FLAGS
  }
  const { redisCaFile } = options
  const redisCa = redisCaFile === undefined ? undefined : textOf(redisCaFile.value)
  if (redisCa === null) {
    process.stderr.write(`${redisCaFile?.setting}: ${redisCaFile?.value} cannot be read.\n`)
    return BAD_FLAGS
  }
  const ports = systemPorts({
    folder: options.dataDir ?? process.cwd(),
    caFile: process.env['LANDLINE_CA_FILE'],
    look: lookWithNode,
  })
  const stop = new AbortController()
  // A second one ends the process as usual.
  process.once('SIGINT', () => stop.abort())
  const plan = makePlan(
    {
      versions: {
        app: appVersion(),
        protocol: PROTOCOL_VERSION,
        node: process.versions.node,
        system: `${process.platform} ${process.arch}`,
      },
      keychain: null,
      hosted: [await hostedSubject(options, ports)],
      targets: targets.flatMap((one, index) =>
        one.kind === 'target' ? [{ id: String(index), name: one.name, target: one.target }] : [],
      ),
      services: [
        ...(options.redis === undefined
          ? []
          : [redisProbe(options.redis.value, options.redis.setting, redisCa)]),
        ...(options.postgres === undefined
          ? []
          : [postgresProbe(options.postgres.value, options.postgres.setting)]),
      ],
    },
    ports,
  )
  const secrets = [
    ...targets.flatMap((one) => (one.kind === 'target' ? one.secrets : [])),
    ...[options.redis, options.postgres].flatMap((one) => one?.value ?? []),
  ]
  // Its timers do not keep the process alive, and while one waits for a lost packet nothing else does.
  const alive = setInterval(() => {}, 1_000)
  const report = await runDoctor(plan, {
    clock: { now: ports.now, after: ports.clock.after },
    signal: stop.signal,
    redact: redactor({ ...person(), secrets }),
    onProgress() {},
  })
  clearInterval(alive)
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report))
  return countOf(report, 'failed') > 0 ? 1 : 0
}

async function hostedSubject(options: CliOptions, ports: DoctorPorts): Promise<HostedSubject> {
  const { dataDir, port } = options
  const identity = dataDir === undefined ? null : () => identityIn(dataDir)
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter((entry) => !entry.internal && !isSelfAssigned(entry))
      .filter(() => kindOfInterface(name) === 'network')
      .map(({ address }) => address),
  )
  return {
    id: 'server',
    name: `on port ${port}`,
    serving: await isServing(port, identity, ports),
    port,
    addresses,
    identity,
    reachFix: `Start the server with “--host 0.0.0.0” and allow TCP port ${port} in the firewall of this computer.`,
    databaseFile: dataDir === undefined ? null : join(dataDir, 'session.db'),
  }
}

/** Whether what listens there is the server of that folder. */
async function isServing(
  port: number,
  identity: (() => HostIdentity) | null,
  ports: DoctorPorts,
): Promise<boolean> {
  const key = identity?.().key
  if (key?.kind !== 'key') return false
  const signal = AbortSignal.timeout(1_000)
  const answer = await ports.dial.shakeHands({ host: '127.0.0.1', port }, null, signal)
  if (answer.kind === 'refused' || answer.certificate === null) return false
  return fingerprintOf(answer.certificate.publicKey) === key.fingerprint
}

/** The key that a headless server keeps. */
function identityIn(dataDir: string): HostIdentity {
  const certificate = textOf(join(dataDir, 'tls-certificate.pem'))
  const pem = textOf(join(dataDir, 'host-key'))
  if (pem === null) return { key: { kind: 'none' }, certificate, expected: undefined }
  try {
    const fingerprint = fingerprintOf(createPublicKey(createPrivateKey(pem)))
    return { key: { kind: 'key', fingerprint }, certificate, expected: undefined }
  } catch {
    // What the parser says may hold a part of the key.
    const message = 'The host’s key (host-key in the data folder) cannot be read as a key.'
    return { key: { kind: 'fault', message }, certificate, expected: undefined }
  }
}

function textOf(file: string | URL): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function appVersion(): string {
  const text = textOf(new URL('../../package.json', import.meta.url))
  const version: unknown =
    text === null ? null : (JSON.parse(text) as { version?: unknown }).version
  return typeof version === 'string' ? version : 'unknown'
}
