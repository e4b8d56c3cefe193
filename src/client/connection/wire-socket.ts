import type { DistrustReason } from '../views.ts'
import type { HostTrust } from './host-trust.ts'

/** One socket to a server as the client sees it: whole text frames, and that something was heard. */
export interface WireSocket {
  send(frame: string): void
  /** Closes politely; nothing is reported to the listener after this. */
  close(code: number, reason: string): void
  /** Cuts at once, for a peer that is believed dead; nothing is reported to the listener after this. */
  drop(): void
}

export interface WireListener {
  /** The handshake is done and the subprotocol agreed. */
  opened(): void
  frame(text: string): void
  /** A transport ping or pong arrived: the peer lives (D13). */
  heard(): void
  /** Once: the socket is gone, or could not be opened. `detail` is for the log (e.g. ECONNREFUSED). */
  closed(code: number, detail: string): void
  /** Instead of `closed`: whoever answered is not believed to be the host; nothing was said to it. */
  distrusted(why: DistrustReason): void
}

/** Opens a socket to `url` (`wss:`, or `ws:` without any trust). Answers only by the listener, never during the call itself. */
export type Dial = (url: string, listener: WireListener, trust: HostTrust) => WireSocket
