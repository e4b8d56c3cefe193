/** Kubernetes' own schemas, of the kinds that we have, from kubernetes-models. */
import { validate as deployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment'
import { validate as autoscaler } from 'kubernetes-models/_schemas/IoK8sApiAutoscalingV2HorizontalPodAutoscaler'
import { validate as configMap } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap'
import { validate as namespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace'
import { validate as service } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service'
import { validate as serviceAccount } from 'kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount'
import { validate as networkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy'
import { validate as disruptionBudget } from 'kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget'
import type { Fields } from './kustomize.ts'

interface SchemaFault {
  readonly instancePath: string
  readonly keyword: string
  readonly params: object
}

type Validate = ((data: unknown) => boolean) & { errors?: readonly SchemaFault[] | null }

const SCHEMAS: Readonly<Record<string, Validate>> = {
  'apps/v1 Deployment': deployment,
  'autoscaling/v2 HorizontalPodAutoscaler': autoscaler,
  'networking.k8s.io/v1 NetworkPolicy': networkPolicy,
  'policy/v1 PodDisruptionBudget': disruptionBudget,
  'v1 ConfigMap': configMap,
  'v1 Namespace': namespace,
  'v1 Service': service,
  'v1 ServiceAccount': serviceAccount,
}

/** What its schema says against an object, and the fields that its schema does not know. */
export function faultsOf(object: Fields): readonly string[] {
  const kind = [object['apiVersion'], object['kind']].map(String).join(' ')
  const validate = SCHEMAS[kind]
  if (validate === undefined) return [`${kind} has no schema here`]
  // The schemas let unknown fields pass, which the API server refuses or drops. Their checks read every field
  // that they know and no other, so those that are not read are not known.
  const unread = new Set<string>()
  const watched = watch(object, '', unread)
  if (!validate(watched)) {
    return (validate.errors ?? []).map(
      ({ instancePath, keyword, params }) =>
        `${kind} ${instancePath} ${keyword} ${JSON.stringify(params)}`,
    )
  }
  return [...unread].map((path) => `${kind} ${path} is not known`)
}

function watch<T extends object>(node: T, path: string, unread: Set<string>): T {
  const inner = new Map<PropertyKey, unknown>()
  for (const [key, value] of Object.entries(node)) {
    const where = `${path}/${key}`
    unread.add(where)
    const isBranch = typeof value === 'object' && value !== null
    inner.set(key, isBranch ? watch(value, where, unread) : value)
  }
  return new Proxy(node, {
    get(target, key) {
      unread.delete(`${path}/${String(key)}`)
      return inner.has(key) ? inner.get(key) : Reflect.get(target, key)
    },
  })
}
