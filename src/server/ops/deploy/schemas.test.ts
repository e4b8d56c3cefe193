/** Whether Kubernetes and Compose would take what is under deploy/, by their own schemas. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findProgram, programSupport } from '../../../testing/services/service-process.ts'
import { faultsOf } from './testing/kubernetes-schemas.ts'
import { renderKustomization } from './testing/kustomize.ts'

const deploy = resolve(import.meta.dirname, '..', '..', '..', '..', 'deploy')
const base = join(deploy, 'kubernetes', 'base')
const production = join(deploy, 'kubernetes', 'overlays', 'production')

describe('Kubernetes (G11)', () => {
  const kindsOfBase =
    'ConfigMap Deployment HorizontalPodAutoscaler NetworkPolicy PodDisruptionBudget Service ServiceAccount'
  it.each([
    { folder: base, kinds: kindsOfBase.split(' ') },
    { folder: production, kinds: [...kindsOfBase.split(' '), 'Namespace'].toSorted() },
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
      spec: { template: { spec: { containers: object[] } } }
    }
    Object.assign(expected.metadata, { namespace: 'landline' })
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

const support = programSupport('docker-compose')
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ THE COMPOSE FILE IS NOT CHECKED BY ITS SCHEMA HERE: ${support.why}\n\n`)
}
describe.skipIf(support.kind === 'no')('Compose', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-compose-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const ours = readFileSync(join(deploy, 'compose', 'compose.yaml'), 'utf8')
  /** What it says against a file; no daemon is asked. */
  function faultsIn(name: string, text: string): string {
    const file = join(folder, name)
    // Debian's 1.29 has a schema of before projects could be named in the file.
    writeFileSync(file, text.replace(/^name: landline$/m, ''))
    try {
      execFileSync(findProgram('docker-compose') ?? '', ['-f', file, 'config', '-q'], {
        ...{ cwd: folder, encoding: 'utf8', stdio: 'pipe' },
      })
      return ''
    } catch (fault) {
      return String((fault as { stderr?: unknown }).stderr)
    }
  }

  it('takes our file, and would not take a misspelt one', () => {
    expect(faultsIn('compose.yaml', ours)).toBe('')
    expect(faultsIn('wrong.yaml', ours.replace('read_only:', 'readonly:'))).toContain('readonly')
  })
})
