export const PLAIN_PATH = '/ws'
export const PLAIN_SUBPROTOCOL = 'chat'
