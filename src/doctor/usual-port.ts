/** Under which a server listens unless it is told otherwise. */
export const USUAL_PORT = 47_800
