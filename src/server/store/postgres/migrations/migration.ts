/** One step of the schema; its place in the list is the version it leads to. Never changed once released. */
export interface Migration {
  readonly name: string
  readonly sql: string
}
