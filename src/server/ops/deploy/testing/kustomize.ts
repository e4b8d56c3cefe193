/**
 * What `kubectl kustomize` makes of a folder, as far as ours goes; throws for what it does not know. Left out: the
 * hash behind the names of generated ConfigMaps.
 */
import { readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'

export interface Fields {
  [key: string]: unknown
}

interface Kustomization {
  readonly apiVersion?: string
  readonly kind?: string
  readonly namespace?: string
  readonly labels?: readonly { readonly pairs: Readonly<Record<string, string>> }[]
  readonly resources?: readonly string[]
  readonly images?: readonly {
    readonly name: string
    readonly newName: string
    readonly newTag: string
  }[]
  readonly patches?: readonly { readonly path: string }[]
  readonly configMapGenerator?: readonly {
    readonly name: string
    readonly behavior?: string
    readonly files: readonly string[]
  }[]
}

const KNOWN: Readonly<Record<keyof Kustomization, readonly string[]>> = {
  ...{ apiVersion: [], kind: [], namespace: [], resources: [] },
  labels: ['pairs'],
  images: ['name', 'newName', 'newTag'],
  patches: ['path'],
  configMapGenerator: ['name', 'behavior', 'files'],
}

export function renderKustomization(folder: string): readonly Fields[] {
  const read = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization
  refuseUnknown(folder, read)
  const objects = (read.resources ?? []).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? renderKustomization(path) : objectsIn(path)
  })
  for (const { name, behavior, files } of read.configMapGenerator ?? []) {
    const data = Object.fromEntries(
      files.map((file) => [basename(file), readFileSync(join(folder, file), 'utf8')]),
    )
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }
    if (behavior === 'replace') findTarget(objects, made)['data'] = data
    else objects.push(made)
  }
  for (const { path } of read.patches ?? []) {
    for (const patch of objectsIn(join(folder, path))) mergeInto(findTarget(objects, patch), patch)
  }
  for (const object of objects) {
    const metadata = object['metadata'] as Fields
    if (read.namespace !== undefined && object['kind'] !== 'Namespace') {
      metadata['namespace'] = read.namespace
    }
    for (const { pairs } of read.labels ?? []) {
      metadata['labels'] = { ...(metadata['labels'] as Fields | undefined), ...pairs }
    }
    for (const container of containersOf(object)) {
      const image = read.images?.find(({ name }) => name === container['image'])
      if (image !== undefined) container['image'] = `${image.newName}:${image.newTag}`
    }
  }
  return objects
}

function refuseUnknown(folder: string, read: Kustomization): void {
  for (const [key, value] of Object.entries(read)) {
    const fields = Object.hasOwn(KNOWN, key) ? KNOWN[key as keyof Kustomization] : undefined
    if (fields === undefined) throw new Error(`${folder}: ${key} is not rendered here`)
    if (fields.length === 0) continue
    const unknown = (value as Fields[]).flatMap(Object.keys).find((name) => !fields.includes(name))
    if (unknown !== undefined) throw new Error(`${folder}: ${key}.${unknown} is not rendered here`)
  }
}

function objectsIn(path: string): Fields[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((one) => one.toJS() as Fields)
}

function findTarget(objects: readonly Fields[], wanted: Fields): Fields {
  const nameOf = (object: Fields): unknown => (object['metadata'] as Fields)['name']
  const found = objects.find(
    (each) =>
      each['kind'] === wanted['kind'] &&
      each['apiVersion'] === wanted['apiVersion'] &&
      nameOf(each) === nameOf(wanted),
  )
  if (found === undefined) throw new Error(`there is nothing to patch: ${JSON.stringify(wanted)}`)
  return found
}

/**
 * Kubernetes' strategic merge: lists of named things are merged by their names, other lists replaced, and null takes
 * away what is there.
 */
function mergeInto(target: Fields, patch: Fields): void {
  for (const [key, value] of Object.entries(patch)) {
    const there = target[key]
    if (value === null) delete target[key]
    else if (isFields(there) && isFields(value)) mergeInto(there, value)
    else if (isNamed(there) && isNamed(value)) {
      for (const each of value) {
        const same = there.find(({ name }) => name === each['name'])
        if (same === undefined) there.push(each)
        else mergeInto(same, each)
      }
    } else target[key] = value
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNamed(value: unknown): value is Fields[] {
  return Array.isArray(value) && value.every((each) => isFields(each) && 'name' in each)
}

function containersOf(object: Fields): readonly Fields[] {
  if (object['kind'] !== 'Deployment') return []
  const { spec } = (object['spec'] as { template: { spec: { containers: Fields[] } } }).template
  return spec.containers
}
