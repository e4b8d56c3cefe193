/** Whether Kubernetes, Compose and Service Fabric would take what is under deploy/, by their schemas. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findProgram, programSupport } from '../../../testing/services/service-process.ts'
import { faultsOf } from './testing/kubernetes-schemas.ts'
import { renderKustomization } from './testing/kustomize.ts'

const deploy = resolve(import.meta.dirname, '..', '..', '..', '..', 'deploy')
const base = join(deploy, 'kubernetes', 'base')
const production = join(deploy, 'kubernetes', 'overlays', 'production')

describe('Kubernetes (G11)', () => {
  const kindsOfBase =
    'ConfigMap Deployment NetworkPolicy PodDisruptionBudget Service ServiceAccount'
  it.each([
    { folder: base, kinds: kindsOfBase.split(' ') },
    {
      folder: production,
      kinds: [...kindsOfBase.split(' '), 'Namespace', 'HorizontalPodAutoscaler'].toSorted(),
    },
  ])('takes every object that it is given (%#)', ({ folder, kinds }) => {
    const objects = renderKustomization(folder)
    const names = objects.map((object) => String(object['kind'])).toSorted()
    expect(names).toEqual(kinds)
    expect(objects.flatMap(faultsOf)).toEqual([])
  })

  it('gives production its own sizes, image and namespace, and leaves the rest of the base', () => {
    const [before] = renderKustomization(base).filter(({ kind }) => kind === 'Deployment')
    const [after] = renderKustomization(production).filter(({ kind }) => kind === 'Deployment')
    const change = {
      image: 'registry.example.org/landline-server:0.1.0',
      resources: {
        requests: { memory: '512Mi', cpu: '500m' },
        limits: { memory: '1Gi', cpu: '1' },
      },
    }
    const expected = structuredClone(before) as {
      metadata: object
      spec: { replicas?: number; template: { spec: { containers: object[] } } }
    }
    Object.assign(expected.metadata, { namespace: 'landline' })
    // The autoscaler's.
    delete expected.spec.replicas
    Object.assign(expected.spec.template.spec.containers[0] ?? {}, change)
    expect(after).toEqual(expected)
  })

  it('would not take a wrong value, a missing one, or a misspelt field', () => {
    const [deployment] = renderKustomization(base).filter(({ kind }) => kind === 'Deployment')
    const spec = deployment?.['spec'] as Record<string, unknown>
    const faultsWith = (change: object): string =>
      faultsOf({ ...deployment, spec: { ...spec, ...change } }).join('\n')
    expect(faultsWith({ replicas: 'three' })).toContain('/spec/replicas type {"type":"integer"}')
    expect(faultsWith({ selector: undefined })).toContain(
      '/spec required {"missingProperty":"selector"}',
    )
    expect(faultsWith({ replica: 3 })).toBe('apps/v1 Deployment /spec/replica is not known')
    expect(faultsOf({ apiVersion: 'v1', kind: 'Colour' })).toEqual(['v1 Colour has no schema here'])
  })
})

/** Runs a program on a text that lies in a file of that name; what it says against it, nothing if it takes it. */
function faultsBy(program: string, argsFor: (file: string) => readonly string[], text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'landline-schemas-'))
  const file = join(folder, 'file')
  writeFileSync(file, text)
  try {
    execFileSync(findProgram(program) ?? '', argsFor(file), {
      ...{ cwd: folder, encoding: 'utf8', stdio: 'pipe' },
    })
    return ''
  } catch (fault) {
    return String((fault as { stderr?: unknown }).stderr)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const compose = programSupport('docker-compose')
if (compose.kind === 'no') {
  process.stderr.write(`\n⚠ THE COMPOSE FILE IS NOT CHECKED BY ITS SCHEMA HERE: ${compose.why}\n\n`)
}
describe.skipIf(compose.kind === 'no')('Compose', () => {
  const ours = readFileSync(join(deploy, 'compose', 'compose.yaml'), 'utf8')
  /** No daemon is asked. */
  const faultsIn = (text: string): string =>
    faultsBy(
      'docker-compose',
      (file) => ['-f', file, 'config', '-q'],
      // Debian's 1.29 has a schema of before projects could be named in the file.
      text.replace(/^name: landline$/m, ''),
    )

  it('takes our file, and would not take a misspelt one', () => {
    expect(faultsIn(ours)).toBe('')
    expect(faultsIn(ours.replace('read_only:', 'readonly:'))).toContain('readonly')
  })
})

const xmllint = programSupport('xmllint')
if (xmllint.kind === 'no') {
  process.stderr.write(`\n⚠ SERVICE FABRIC'S FILES ARE NOT CHECKED HERE: ${xmllint.why}\n\n`)
}
describe.skipIf(xmllint.kind === 'no')('Service Fabric (G12)', () => {
  const read = (...path: string[]): string =>
    readFileSync(join(deploy, 'service-fabric', ...path), 'utf8')
  const application = read('ApplicationManifest.xml')
  const service = read('LandlineServerPkg', 'ServiceManifest.xml')
  const schema = join(import.meta.dirname, 'testing', 'service-fabric.xsd')
  const faultsIn = (text: string): string =>
    faultsBy('xmllint', (file) => ['--noout', '--nonet', '--schema', schema, file], text)
  const inOtherOrder = (text: string, first: string, second: string): string => {
    const [, one = '', , two = ''] =
      new RegExp(`(<${first}[ >][^]*</${first}>)(\\s*)(<${second}[ >][^]*</${second}>)`).exec(
        text,
      ) ?? []
    return text.replace(one, '').replace(two, `${two}\n${one}`)
  }

  it('takes both manifests', () => {
    expect(faultsIn(application)).toBe('')
    expect(faultsIn(service)).toBe('')
  })

  it.each([
    [
      'another order',
      inOtherOrder(application, 'EnvironmentOverrides', 'Policies'),
      'not expected',
    ],
    ['no default', application.replace(' DefaultValue="-1"', ''), "'DefaultValue' is required"],
    ['a misspelt element', application.replaceAll('HealthConfig', 'HealthCheck'), 'not expected'],
    ['a misspelt attribute', application.replace('CpuShares', 'CpuShare'), 'not allowed'],
    ['no partition', application.replace('<SingletonPartition />', ''), 'Missing child'],
    [
      'a mode there is not',
      application.replace('"ExclusiveProcess"', '"Exclusive"'),
      'enumeration',
    ],
    ['a secret of no known kind', application.replace('"Encrypted"', '"Secret"'), 'enumeration'],
    ['a figure that is none', application.replace('"1024"', '"1 GiB"'), 'pattern'],
    ['another namespace', application.replace('2011/01/fabric', '2012/01/fabric'), 'No matching'],
  ])('would not take an application with %s', (_, text, why) => {
    expect(text).not.toBe(application)
    expect(faultsIn(text)).toContain(why)
  })

  it.each([
    ['another order', inOtherOrder(service, 'EntryPoint', 'EnvironmentVariables'), 'not expected'],
    ['no version', service.replace('Name="Code" Version="0.1.0"', 'Name="Code"'), 'required'],
    ['a misspelt element', service.replaceAll('ImageName', 'Image'), 'not expected'],
    ['a protocol there is not', service.replace('"tcp"', '"wss"'), 'enumeration'],
    ['a port there is not', service.replace('"8080"', '"80800"'), 'maxInclusive'],
    ['neither yes nor no', service.replace('Host="true"', 'Host="yes"'), 'xs:boolean'],
  ])('would not take a service with %s', (_, text, why) => {
    expect(text).not.toBe(service)
    expect(faultsIn(text)).toContain(why)
  })
})
