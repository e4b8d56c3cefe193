/** The container's health check: no shell and no curl in it, only Node. */
const port = process.env['LANDLINE_ADMIN_PORT'] ?? '9090'
const answer = await fetch(`http://127.0.0.1:${port}/health`, {
  signal: AbortSignal.timeout(4_000),
})
process.exitCode = answer.ok ? 0 : 1
