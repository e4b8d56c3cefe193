/** Times of a SignalR connection, in milliseconds; but for approval and resuming they are ASP.NET's own. */
export interface SignalrTimes {
  readonly handshakeMs: number
  /** How long somebody may wait to be let in: shorter than a client waits for its answer. */
  readonly approvalMs: number
  readonly keepAliveMs: number
  /** A client that says nothing, not even a ping, for so long is gone. */
  readonly timeoutMs: number
  /** How long a cut connection is kept for a client that can resume it. */
  readonly resumeMs: number
}

export const defaultTimes: SignalrTimes = {
  handshakeMs: 15_000,
  approvalMs: 25_000,
  keepAliveMs: 15_000,
  timeoutMs: 30_000,
  resumeMs: 30_000,
}
