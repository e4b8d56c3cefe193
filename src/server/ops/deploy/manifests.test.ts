/** Whether what is under deploy/ fits together, and fits the server. Schemas: schemas.test.ts, rules and dashboard: monitoring.test.ts. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { leavesOfSettings } from '../options/leaves.ts'
import { resolveSettings } from '../options/resolve.ts'
import { renderKustomization } from './testing/kustomize.ts'
import { deploy, inside, read, tree } from './testing/trees.ts'

const base = join(deploy, 'kubernetes', 'base')
const production = join(deploy, 'kubernetes', 'overlays', 'production')
const variables = new Map(leavesOfSettings().map((leaf) => [leaf.variable, leaf]))

describe('Kubernetes (G11)', () => {
  const deployment = tree(base, 'deployment.yaml')
  const pod = deployment['spec']?.['template']?.['spec']
  const container = pod?.['containers']?.[0]
  const autoscaler = tree(production, 'horizontal-pod-autoscaler.yaml')

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
    const { minReplicas, maxReplicas, metrics } = inside(autoscaler, 'spec')
    expect([minReplicas, maxReplicas]).toEqual([2, 10])
    const utilization = (name: string, averageUtilization: number) => ({
      type: 'Resource',
      resource: { name, target: { type: 'Utilization', averageUtilization } },
    })
    expect(metrics).toEqual([
      utilization('cpu', 70),
      utilization('memory', 80),
      {
        type: 'Pods',
        pods: {
          metric: { name: 'websocket_active_connections' },
          target: { type: 'AverageValue', averageValue: '1000' },
        },
      },
    ])
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
    expect(pod?.['securityContext']).toEqual({
      ...{ runAsNonRoot: true, runAsUser: 10_001, runAsGroup: 10_001 },
      // Its secrets are readable for this group only, and the folder of its data writable.
      fsGroup: 10_001,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    const modes = [...(pod?.['volumes'] ?? [])].flatMap(
      (one) => one['secret']?.['defaultMode'] ?? [],
    )
    expect(modes).toEqual([0o440, 0o440])
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
    expect(autoscaler['spec']?.['scaleTargetRef']).toEqual({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', name: deployment['metadata']?.['name'] },
    })
  })

  it('says how many pods there are in one place only: whoever applies it again changes nothing', () => {
    const rendered = (folder: string) =>
      new Map(renderKustomization(folder).map((one) => [String(one['kind']), one]))
    const [plain, scaled] = [rendered(base), rendered(production)]
    expect(plain.get('Deployment')).toMatchObject({ spec: { replicas: 3 } })
    expect(plain.has('HorizontalPodAutoscaler')).toBe(false)
    expect(scaled.get('Deployment')?.['spec']).not.toHaveProperty('replicas')
    expect(scaled.has('HorizontalPodAutoscaler')).toBe(true)
  })

  it('lets pods be reached, and reach, by what they need and nothing else', () => {
    const { policyTypes, ingress, egress } = inside(tree(base, 'network-policy.yaml'), 'spec')
    const tcp = (...ports: (string | number)[]) => ports.map((port) => ({ port, protocol: 'TCP' }))
    expect(policyTypes).toEqual(['Ingress', 'Egress'])
    const monitoring = { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } }
    expect(ingress).toEqual([
      { ports: tcp('wss') },
      { from: [{ namespaceSelector: monitoring }], ports: tcp('admin') },
    ])
    expect(egress).toEqual([
      // Names, wherever they are looked up.
      { ports: [{ port: 53, protocol: 'UDP' }, ...tcp(53)] },
      // PostgreSQL; Redis, and over TLS.
      { ports: tcp(5_432, 6_379, 6_380) },
      // Keys of bearer tokens and webhooks; traces.
      { ports: tcp(443, 4_318) },
    ])
    const numbers = [...(container?.['ports'] ?? [])].map((one) => Number(one['containerPort']))
    expect(numbers).toEqual([8_080, 9_090])
  })

  it.each([base, production])(
    'believes no whole network what addresses people have (%#)',
    (folder) => {
      const { trustedProxies } = tree(folder, 'landline.yaml')
      // Said, even where it is nobody: behind an ingress that is not named, all people share one address.
      expect(trustedProxies).toBeInstanceOf(Array)
      for (const entry of [...(trustedProxies ?? [])].map(String)) {
        expect(Number(entry.split('/')[1] ?? 32)).toBeGreaterThanOrEqual(24)
      }
    },
  )
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
    const declared = Object.values(inside(tree(deploy, 'compose', 'compose.yaml'), 'secrets'))
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
