/** Keeps the computer from falling asleep while it hosts: a host that sleeps is no host. */
export interface StayAwake {
  /** To be called whenever what is hosted or what the person wants may have changed. */
  follow(wanted: boolean): void
}

export interface PowerSaveBlocker {
  start(type: 'prevent-app-suspension'): number
  stop(id: number): unknown
}

export function createStayAwake(blocker: PowerSaveBlocker): StayAwake {
  let held: number | null = null
  return {
    follow(wanted) {
      if (wanted && held === null) held = blocker.start('prevent-app-suspension')
      if (wanted || held === null) return
      blocker.stop(held)
      held = null
    },
  }
}
