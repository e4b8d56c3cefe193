/** Whether rules and dashboard ask for what the server gives. */
import { randomUUID } from 'node:crypto'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../testing/memory-store.ts'
import { inProcessFanOut } from '../../fan-out/in-process.ts'
import { createNodeGauges } from '../metrics/node-gauges.ts'
import { prometheusMeter } from '../metrics/prometheus-meter.ts'
import { dependenciesOf } from '../readiness.ts'
import { deploy, tree } from './testing/trees.ts'

/** What the server gives: each figure with its labels, and the values that these have. */
async function figures(): Promise<ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>> {
  const registry = new Registry()
  const meter = prometheusMeter(registry)
  const gauges = createNodeGauges(registry, {
    ...{ state: () => undefined, fanOutDropped: () => 0 },
    health: async () =>
      new Map(
        dependenciesOf(memoryStore(randomUUID), inProcessFanOut()).map(({ name }) => [
          name,
          { ok: true },
        ]),
      ),
  })
  // Labels that are told with each count are seen once something was counted.
  meter.count('sockets-closed', 1, '1000')
  gauges.refused('throttled')
  const known = new Map<string, Map<string, Set<string>>>()
  for (const { name, values } of await registry.getMetricsAsJSON()) {
    const labels = new Map<string, Set<string>>()
    known.set(name, labels)
    for (const [label, value] of values.flatMap((one) => Object.entries(one.labels))) {
      labels.set(label, (labels.get(label) ?? new Set()).add(String(value)))
    }
  }
  gauges.stop()
  return known
}

/** Which figures of ours an expression of Prometheus asks for, by which labels; `up` is Prometheus's own. */
function asked(expression: string): readonly { name: string; labels: [string, string][] }[] {
  const found = expression.matchAll(
    /\b((?:websocket|landline|nodejs|process)_\w+)(?:\{([^}]*)\})?/g,
  )
  return [...found].map(([, name = '', labels = '']) => ({
    name: name.replace(/_(bucket|sum|count)$/, ''),
    labels: [...labels.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]*)"/g)].map(
      ([, label = '', value = '']) => [label, value],
    ),
  }))
}

/** What is said of whoever gave a figure; which job that is, is the operator's. */
const GIVEN_BY_PROMETHEUS = ['instance']

async function unknownIn(expressions: readonly string[]): Promise<readonly string[]> {
  const known = await figures()
  return expressions.flatMap((expression) => [
    ...asked(expression).flatMap(({ name, labels }) => {
      const figure = known.get(name)
      if (figure === undefined) return [name]
      return labels
        .filter(([label]) => !GIVEN_BY_PROMETHEUS.includes(label))
        .filter(([label, value]) => figure.get(label)?.has(value) !== true)
        .map(([label, value]) => `${name}{${label}="${value}"}`)
    }),
    ...[...expression.matchAll(/\bjob=/g)].map(() => `${expression}: whose job is that?`),
  ])
}

describe('what watches', () => {
  const rules = [...(tree(deploy, 'monitoring', 'alerts.yaml')['groups'] ?? [])].flatMap(
    (group) => [...(group['rules'] ?? [])],
  )
  const alerts = rules.map((rule) => String(rule['expr']))
  const panels = [
    ...(tree(deploy, 'monitoring', 'grafana-dashboard.json')['panels'] ?? []),
  ].flatMap((one) => [...(one['targets'] ?? [])].map((target) => String(target['expr'])))

  it('asks for figures that the server gives, by labels and values that they have', async () => {
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
    expect(panels.length).toBeGreaterThan(15)
    expect(await unknownIn([...alerts, ...panels])).toEqual([])
    const wrong = [
      'rate(websocket_nothing_total[1m])',
      'landline_writes_total{result="nope"}',
      'websocket_errors_total{sort="flood"}',
      'up{job="landline"}',
    ]
    expect(await unknownIn(wrong)).toHaveLength(wrong.length)
  })

  it('tells of every part that can fail, and shows it', () => {
    const named = (expressions: readonly string[]) =>
      new Set(expressions.flatMap(asked).map(({ name }) => name))
    for (const figure of [
      'landline_check_ok',
      'landline_fan_out_dropped_total',
      'landline_fan_out_lag_seconds',
      'landline_writes_total',
    ]) {
      expect([figure, named(alerts).has(figure), named(panels).has(figure)]).toEqual([
        ...[figure, true, true],
      ])
    }
    const checks = alerts.flatMap(asked).filter(({ name }) => name === 'landline_check_ok')
    expect(checks.flatMap(({ labels }) => labels.map(([, value]) => value)).toSorted()).toEqual([
      ...['fanOut', 'store'],
    ])
  })
})
