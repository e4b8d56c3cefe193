/** Whether what is under deploy/ fits together, and fits the server. Schemas: schemas.test.ts. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { createNodeGauges } from '../metrics/node-gauges.ts'
import { prometheusMeter } from '../metrics/prometheus-meter.ts'
import { leavesOfSettings } from '../options/leaves.ts'
import { resolveSettings } from '../options/resolve.ts'

const deploy = resolve(import.meta.dirname, '..', '..', '..', '..', 'deploy')
const base = join(deploy, 'kubernetes', 'base')
const production = join(deploy, 'kubernetes', 'overlays', 'production')
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8')
const variables = new Map(leavesOfSettings().map((leaf) => [leaf.variable, leaf]))

/** Any tree of a YAML file; the tests say what must be where. */
interface Tree {
  readonly [key: string]: Tree & string & number & boolean & readonly Tree[]
}
const tree = (...path: string[]): Tree => parse(read(...path)) as Tree

function inside(node: Tree, name: string): Tree {
  const found = node[name]
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

/** Names of all figures that the server gives. */
function figures(): ReadonlySet<string> {
  const registry = new Registry()
  prometheusMeter(registry)
  const gauges = createNodeGauges(registry, {
    ...{ state: () => undefined, fanOutDropped: () => 0 },
    health: async () => new Map(),
  })
  const names = registry.getMetricsAsArray().map(({ name }) => name)
  gauges.stop()
  return new Set(names)
}

/** Names in an expression of Prometheus that are figures of ours; `up` is Prometheus's own. */
function namesIn(expression: string): readonly string[] {
  const bare = expression.replaceAll(/\{[^}]*\}/g, '').replaceAll(/by \([^)]*\)/g, '')
  return [...bare.matchAll(/\b(?:websocket|landline|nodejs|process)_\w+/g)].map(([name]) => name)
}

function expectKnown(expressions: readonly string[]): void {
  const known = figures()
  for (const expression of expressions) {
    for (const name of namesIn(expression)) {
      const plain = name.replace(/_(bucket|sum|count)$/, '')
      expect([name, known.has(name) || known.has(plain)]).toEqual([name, true])
    }
  }
}

describe('Kubernetes (G11)', () => {
  const deployment = tree(base, 'deployment.yaml')
  const pod = deployment['spec']?.['template']?.['spec']
  const container = pod?.['containers']?.[0]

  it('names in its kustomizations files that are there, all of them', () => {
    for (const folder of [base, production]) {
      const { resources, patches, configMapGenerator } = tree(folder, 'kustomization.yaml')
      const generated = [...(configMapGenerator ?? [])].flatMap((one) => [...(one['files'] ?? [])])
      const patched = [...(patches ?? [])].map((one) => one['path'])
      const named = [...(resources ?? []), ...patched, ...generated].map(String)
      for (const name of named) expect(existsSync(join(folder, name))).toBe(true)
      const files = readdirSync(folder).filter((name) => name !== 'kustomization.yaml')
      expect(files.filter((name) => !named.includes(name))).toEqual([])
    }
  })

  it.each([base, production])('gives the server options that it takes (%#)', (folder) => {
    const resolved = resolveSettings(['--config', 'landline.yaml'], {}, () =>
      read(folder, 'landline.yaml'),
    )
    expect(resolved).toMatchObject({
      kind: 'resolved',
      settings: { port: 8_080, admin: { port: 9_090 }, allowedOrigins: expect.any(Array) },
    })
    if (resolved.kind !== 'resolved') return
    const { settings } = resolved
    // Every file that the options name is mounted.
    const files = [settings.joinSecretFile, settings.tls.keyFile, settings.tls.certificateFile]
    files.push(settings.postgres.connectionStringFile, settings.redis.connectionStringFile)
    const mounts = [...(container?.['volumeMounts'] ?? [])].map((one) => String(one['mountPath']))
    for (const file of files) {
      expect(mounts.some((mount) => file?.startsWith(`${mount}/`))).toBe(true)
    }
    expect(mounts).toContain(settings.dataDir)
  })

  it('has the figures of the guide', () => {
    expect(deployment['spec']?.['replicas']).toBe(3)
    expect(container?.['resources']?.['limits']).toEqual({ memory: '1Gi', cpu: '500m' })
    expect(container?.['livenessProbe']?.['httpGet']).toEqual({ path: '/health', port: 'admin' })
    expect(container?.['readinessProbe']?.['httpGet']).toEqual({
      // Without Redis all nodes go on serving: none of them is to be taken out for it, let alone all.
      path: '/health/ready?exclude=fanOut',
      port: 'admin',
    })
    const { minReplicas, maxReplicas, metrics } = inside(
      tree(base, 'horizontal-pod-autoscaler.yaml'),
      'spec',
    )
    expect([minReplicas, maxReplicas]).toEqual([2, 10])
    const pods = [...(metrics ?? [])].find((one) => String(one['type']) === 'Pods')
    expect(pods?.['pods']).toEqual({
      metric: { name: 'websocket_active_connections' },
      target: { type: 'AverageValue', averageValue: '1000' },
    })
    expect(figures()).toContain('websocket_active_connections')
  })

  it('[D16] leaves time to drain, and takes pods out of service before', () => {
    const [, wait] = [...(container?.['lifecycle']?.['preStop']?.['exec']?.['command'] ?? [])]
    const longestDrain = 10
    expect(Number(pod?.['terminationGracePeriodSeconds'])).toBeGreaterThan(
      Number(wait) + longestDrain,
    )
    expect(deployment['spec']?.['strategy']?.['rollingUpdate']).toEqual({
      maxUnavailable: 0,
      maxSurge: 1,
    })
  })

  it('may do nothing it need not', () => {
    expect(pod?.['securityContext']).toMatchObject({ runAsNonRoot: true, runAsUser: 10_001 })
    expect(pod?.['automountServiceAccountToken']).toBe(false)
    expect(pod?.['enableServiceLinks']).toBe(false)
    expect(container?.['securityContext']).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  it('names everywhere the same labels, ports, volumes and objects', () => {
    const labels = deployment['spec']?.['template']?.['metadata']?.['labels']
    const selectors = [
      deployment['spec']?.['selector']?.['matchLabels'],
      tree(base, 'service.yaml')['spec']?.['selector'],
      tree(base, 'pod-disruption-budget.yaml')['spec']?.['selector']?.['matchLabels'],
      tree(base, 'network-policy.yaml')['spec']?.['podSelector']?.['matchLabels'],
      ...[...(pod?.['topologySpreadConstraints'] ?? [])].map(
        (one) => one['labelSelector']?.['matchLabels'],
      ),
    ]
    for (const selector of selectors) expect(selector).toEqual(labels)
    const ports = [...(container?.['ports'] ?? [])].map((one) => String(one['name']))
    expect(ports).toEqual(['wss', 'admin'])
    expect(tree(base, 'service.yaml')['spec']?.['ports']?.[0]?.['targetPort']).toBe('wss')
    const volumes = [...(pod?.['volumes'] ?? [])].map((one) => String(one['name']))
    const mounted = [...(container?.['volumeMounts'] ?? [])].map((one) => String(one['name']))
    expect(mounted.toSorted()).toEqual(volumes.toSorted())
    const target = tree(base, 'horizontal-pod-autoscaler.yaml')['spec']?.['scaleTargetRef']
    expect(target?.['name']).toBe(deployment['metadata']?.['name'])
  })
})

describe('Compose', () => {
  const compose = tree(deploy, 'compose', 'compose.yaml')
  const services = inside(compose, 'services')

  it('sets options that exist, and secrets by file only', () => {
    for (const name of Object.keys(services['server']?.['environment'] ?? {})) {
      expect([name, variables.get(name)?.isSecret]).toEqual([name, false])
    }
  })

  it('declares every secret, volume and service that it uses', () => {
    for (const service of Object.values(services)) {
      for (const name of [...(service['secrets'] ?? [])].map(String)) {
        expect(Object.keys(compose['secrets'] ?? {})).toContain(name)
      }
      for (const volume of [...(service['volumes'] ?? [])].map(String)) {
        expect(Object.keys(compose['volumes'] ?? {})).toContain(volume.split(':')[0])
      }
      for (const name of Object.keys(service['depends_on'] ?? {})) {
        expect(services[name]?.['healthcheck']).toBeDefined()
      }
    }
    const { context, dockerfile } = inside(inside(services, 'server'), 'build')
    expect(existsSync(join(deploy, 'compose', String(context), String(dockerfile)))).toBe(true)
  })
})

describe.skipIf(process.platform === 'win32')('Compose’s secrets', () => {
  it('made as the README says can be read by the users within, and by nobody else on the computer', () => {
    const folder = mkdtempSync(join(tmpdir(), 'landline-compose-'))
    const [, block = ''] = /## Compose\n```\n([^`]*)```/.exec(read(deploy, 'README.md')) ?? []
    const steps = block.split('\n').filter((line) => !line.startsWith('docker'))
    mkdirSync(join(folder, 'deploy', 'compose'), { recursive: true })
    // Whatever the operator's own mask is.
    const script = ['umask 077', 'openssl() { echo 0123abcd; }', ...steps].join('\n')
    execFileSync('sh', ['-e', '-c', script], { cwd: folder, stdio: 'pipe' })
    const secrets = join(folder, 'deploy', 'compose', 'secrets')
    const modeOf = (path: string): number => statSync(path).mode & 0o777
    expect(modeOf(secrets)).toBe(0o700)
    const declared = Object.values(tree(deploy, 'compose', 'compose.yaml')['secrets'] ?? {})
    const files = declared.map((one) => String(one['file']).replace('./secrets/', ''))
    expect(readdirSync(secrets).toSorted()).toEqual(files.toSorted())
    // They are mounted with owner and mode as they are, and the containers' users are not the operator.
    for (const file of files) expect([file, modeOf(join(secrets, file))]).toEqual([file, 0o444])
    expect(read(secrets, 'postgres-connection-string')).toBe(
      'postgres://landline:0123abcd@postgres/landline\n',
    )
    rmSync(folder, { recursive: true })
  })
})

describe('what watches', () => {
  it('asks for figures that the server gives', () => {
    const rules = [...(tree(deploy, 'monitoring', 'alerts.yaml')['groups'] ?? [])].flatMap(
      (group) => [...(group['rules'] ?? [])],
    )
    expect(rules.length).toBeGreaterThan(5)
    for (const rule of rules) {
      expect(Object.keys(rule).toSorted()).toEqual([
        'alert',
        'annotations',
        'expr',
        'for',
        'labels',
      ])
      expect(Object.keys(rule['annotations'] ?? {})).toEqual(['summary', 'action'])
    }
    expectKnown(rules.map((rule) => String(rule['expr'])))
    const dashboard = tree(deploy, 'monitoring', 'grafana-dashboard.json')
    const panels = [...(dashboard['panels'] ?? [])]
    const expressions = panels.flatMap((one) =>
      [...(one['targets'] ?? [])].map((target) => String(target['expr'])),
    )
    expect(expressions.length).toBeGreaterThan(15)
    expectKnown(expressions)
    expect(() => expectKnown(['rate(websocket_nothing_total[1m])'])).toThrow()
  })
})

describe('Service Fabric (G12)', () => {
  const application = read(deploy, 'service-fabric', 'ApplicationManifest.xml')
  const service = read(deploy, 'service-fabric', 'LandlineServerPkg', 'ServiceManifest.xml')
  const all = (text: string, pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].map(([, found = '']) => found)

  it('declares no package of files without its folder, which a deployment would miss', () => {
    const folders = all(service, /<(?:Config|Data)Package Name="(\w+)"/g)
    const missing = folders.filter(
      (name) => !existsSync(join(deploy, 'service-fabric', 'LandlineServerPkg', name)),
    )
    expect(missing).toEqual([])
  })

  it('refers to parameters, packages, endpoints and certificates that are declared', () => {
    const declared = all(application, /<Parameter Name="(\w+)"/g)
    const used = all(application, /"\[(\w+)\]"/g)
    expect(new Set(used)).toEqual(new Set(declared))
    expect(all(application, /ServiceManifestName="(\w+)"/g)).toEqual(
      all(service, /<ServiceManifest Name="(\w+)"/g),
    )
    expect(all(application, /ServiceTypeName="(\w+)"/g)).toEqual(
      all(service, /ServiceTypeName="(\w+)"/g),
    )
    expect(all(application, /EndpointRef="(\w+)"/g)).toEqual(
      all(service, /<Endpoint Name="(\w+)"/g),
    )
    expect(new Set(all(application, /CodePackageRef="(\w+)"/g))).toEqual(
      new Set(all(service, /<CodePackage Name="(\w+)"/g)),
    )
    const [certificate] = all(application, /<CertificateRef Name="(\w+)"/g)
    expect(service).toContain(`$Certificates_LandlineServerPkg_Code_${certificate}_PEM`)
    expect(application).toContain('ServicePackageActivationMode="ExclusiveProcess"')
  })

  it('sets options that exist, and secrets encrypted only', () => {
    const names = new Set([
      ...all(service, /<EnvironmentVariable Name="(\w+)"/g),
      ...all(service, /(LANDLINE_\w+)=/g),
    ])
    for (const name of names) {
      const leaf = variables.get(name)
      expect([name, leaf === undefined]).toEqual([name, false])
      if (leaf?.isSecret === true) {
        expect(application).toMatch(new RegExp(`Name="${name}" [^>]*Type="Encrypted"`))
      }
    }
  })
})

it('every YAML file under deploy/ is one', () => {
  const files = readdirSync(deploy, { recursive: true }).map(String)
  const yaml = files.filter((name) => name.endsWith('.yaml'))
  expect(yaml.length).toBeGreaterThan(10)
  for (const name of yaml) {
    for (const document of parseAllDocuments(read(deploy, name)))
      expect(document.errors).toEqual([])
  }
})
