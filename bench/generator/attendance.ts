/** One simulated person at one server, whatever that server speaks. */
export interface Attendance {
  /** The handshake; resolves when the server has let the person in. */
  enter(): Promise<void>
  /** Asks for the last `missed` messages of the common room; resolves when they are here and the line is live. */
  catchUp(missed: number): Promise<void>
  post(): void
  /** Breaks the line; resolves when it is gone. */
  close(): Promise<void>
}

export interface Heard {
  /** So many further messages of the person's room were delivered, in order. */
  messages(count: number): void
  /** A post was acknowledged. */
  ack(): void
  /** What must not happen while something is measured. */
  fault(why: string): void
}

/** `person`: its number, from 0. */
export type Attend = (person: number, heard: Heard) => Promise<Attendance>

/** 200 bytes, as every server gets them. */
export const TEXT = 'Landline keeps working when the internet does not. '.repeat(4).slice(0, 200)

/** A promise with its hands outside. */
export interface Awaited {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (fault: Error) => void
}

export function awaited(): Awaited {
  let resolve = (): void => {}
  let reject = (_fault: Error): void => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  // Somebody may have stopped waiting.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
