/** Where the client notes what a developer needs. Never given message text, names or secrets. */
export interface Logger {
  info(message: string, details?: Readonly<Record<string, unknown>>): void
  warn(message: string, details?: Readonly<Record<string, unknown>>): void
  error(message: string, details?: Readonly<Record<string, unknown>>): void
}

export const silentLogger: Logger = { info() {}, warn() {}, error() {} }
