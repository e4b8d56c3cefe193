import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'

export const deploy = resolve(import.meta.dirname, '..', '..', '..', '..', '..', 'deploy')
export const read = (...path: string[]): string => readFileSync(join(...path), 'utf8')

/** Any tree of a YAML file; the tests say what must be where. */
export interface Tree {
  readonly [key: string]: Tree & string & number & boolean & readonly Tree[]
}
export const tree = (...path: string[]): Tree => parse(read(...path)) as Tree

export function inside(node: Tree, name: string): Tree {
  const found = node[name]
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}
