import { Marked } from 'marked'
import type { Token } from 'marked'

/** Returning nothing takes a rule out: the text it would have matched falls to the next rule. */
const off = (): undefined => undefined

/** Only what a chat needs: headings, rules, tables, reference links and HTML stay the text they are. */
const marked = new Marked({
  gfm: true,
  breaks: true,
  tokenizer: {
    heading: off,
    lheading: off,
    hr: off,
    table: off,
    html: off,
    tag: off,
    def: off,
    reflink: off,
  },
})

/** Never fails: text the parser chokes on is shown as it was written. */
export function parseMarkdown(text: string): readonly Token[] {
  try {
    return marked.lexer(text)
  } catch {
    return [{ type: 'text', raw: text, text }]
  }
}

/** What may be opened; everything else stays text. */
export function isSafeLink(href: string): boolean {
  return /^(https?:\/\/|mailto:)/i.test(href) && URL.canParse(href)
}
