const ALLOWED = new Set(['http:', 'https:', 'mailto:'])

/** The link as the system browser gets it, or null: other schemes can start programs. */
export function checkedExternalLink(text: string): string | null {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return null
  }
  if (!ALLOWED.has(url.protocol)) return null
  // Shells of some systems misread quotes and control characters; the parsed form has them escaped.
  return url.href
}
