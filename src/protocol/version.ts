/** The WebSocket subprotocol of this wire; a server that does not select it is not a Landline server. */
export const SUBPROTOCOL = 'landline.v1'

/** The version this code speaks. Raise it when `schema-history.json` must gain a line. */
export const PROTOCOL_VERSION = 3

/**
 * Every version this code can speak, newest first. The handshake picks the first one both sides list. Version 2
 * differs in what it does not say: a peer of that version leaves out what it does not know.
 */
export const SUPPORTED_VERSIONS: readonly number[] = [PROTOCOL_VERSION, 2]

/** The newest version that both sides speak, or undefined when they have none in common. */
export function negotiateVersion(offered: readonly number[]): number | undefined {
  return SUPPORTED_VERSIONS.find((version) => offered.includes(version))
}
