import type { Discovery } from './discovery.ts'

/** Says nothing and hears nothing: for demonstrations and tests, which nobody nearby should see. */
export const noDiscovery: Discovery = {
  announce: () => ({ update() {}, stop: () => Promise.resolve() }),
  browse: () => ({ list: () => [], askNow() {}, stop() {} }),
}
