import type { Token, Tokens } from 'marked'
import { Fragment, useMemo } from 'react'
import type { ReactNode } from 'react'
import type { MentionMatcher } from './mentions.ts'
import { isSafeLink, parseMarkdown } from './parse.ts'
import './markdown.css'

export interface MarkdownContext {
  readonly mentions: MentionMatcher
  /** One's own name, whose mentions stand out. */
  readonly self: string
  readonly openLink: (url: string) => void
}

interface MarkdownProps {
  readonly text: string
  readonly context: MarkdownContext
}

/** Message text as elements. Nothing a person wrote ever becomes HTML. */
export function Markdown({ text, context }: MarkdownProps) {
  const tokens = useMemo(() => parseMarkdown(text), [text])
  return (
    <div className="markdown" dir="auto">
      {blocks(tokens, context)}
    </div>
  )
}

function blocks(tokens: readonly Token[], context: MarkdownContext): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{block(token, context)}</Fragment>)
}

function block(token: Token, context: MarkdownContext): ReactNode {
  switch (token.type) {
    case 'space':
      return null
    case 'paragraph':
    case 'text':
      return <p dir="auto">{inline((token as Tokens.Paragraph).tokens, token.raw, context)}</p>
    case 'code':
      return (
        <pre dir="ltr" tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      )
    case 'blockquote':
      return <blockquote>{blocks((token as Tokens.Blockquote).tokens, context)}</blockquote>
    case 'list':
      return list(token as Tokens.List, context)
    default:
      return <p dir="auto">{token.raw}</p>
  }
}

function list(token: Tokens.List, context: MarkdownContext): ReactNode {
  const items = token.items.map((item, index) => (
    <li key={index} dir="auto">
      {item.tokens.map((child, at) => (
        <Fragment key={at}>
          {child.type === 'text'
            ? inline((child as Tokens.Text).tokens, child.raw, context)
            : child.type === 'checkbox'
              ? child.raw
              : block(child, context)}
        </Fragment>
      ))}
    </li>
  ))
  if (!token.ordered) return <ul>{items}</ul>
  return <ol start={token.start === '' ? 1 : token.start}>{items}</ol>
}

function inline(
  tokens: readonly Token[] | undefined,
  raw: string,
  context: MarkdownContext,
): ReactNode {
  if (tokens === undefined) return plain(raw, context)
  return tokens.map((token, index) => <Fragment key={index}>{span(token, context)}</Fragment>)
}

function span(token: Token, context: MarkdownContext): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{inline((token as Tokens.Strong).tokens, token.raw, context)}</strong>
    case 'em':
      return <em>{inline((token as Tokens.Em).tokens, token.raw, context)}</em>
    case 'del':
      return <del>{inline((token as Tokens.Del).tokens, token.raw, context)}</del>
    case 'codespan':
      return <code dir="ltr">{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br />
    case 'escape':
      return (token as Tokens.Escape).text
    case 'link':
      return link(token as Tokens.Link, context)
    case 'text': {
      const { tokens, text } = token as Tokens.Text
      return tokens === undefined ? plain(text, context) : inline(tokens, token.raw, context)
    }
    default:
      return token.raw
  }
}

function link(token: Tokens.Link, context: MarkdownContext): ReactNode {
  if (!isSafeLink(token.href)) return token.raw
  // The address itself is opened by the main process; the page never navigates.
  const open = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    context.openLink(token.href)
  }
  return (
    <a href={token.href} title={token.href} onClick={open} onAuxClick={open} draggable={false}>
      {inline(token.tokens, token.text, context)}
    </a>
  )
}

function plain(text: string, context: MarkdownContext): ReactNode {
  return context.mentions.split(text).map((piece, index) =>
    piece.name === null ? (
      <Fragment key={index}>{piece.text}</Fragment>
    ) : (
      <span key={index} className="mention" data-self={piece.name === context.self}>
        {piece.text}
      </span>
    ),
  )
}
