import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { Markdown } from './Markdown.tsx'
import { mentionMatcher, mentionedIn } from './mentions.ts'
import { isSafeLink } from './parse.ts'

afterEach(cleanup)

const openLink = vi.fn<(url: string) => void>()
const context = {
  mentions: mentionMatcher(['Ann', 'Ann Lee', 'C++ (bot)']),
  self: 'Ann Lee',
  openLink,
}
const html = (text: string): string => {
  const { container } = render(<Markdown text={text} context={context} />)
  return container.firstElementChild?.innerHTML ?? ''
}

test('what a chat needs becomes elements', () => {
  expect(html('**b** *i* ~~s~~ `c`')).toBe(
    '<p dir="auto"><strong>b</strong> <em>i</em> <del>s</del> <code dir="ltr">c</code></p>',
  )
  expect(html('- one\n- two')).toContain('<ul><li dir="auto">one</li><li dir="auto">two</li></ul>')
  expect(html('> words')).toContain('<blockquote><p dir="auto">words</p></blockquote>')
  expect(html('```\na < b\n```')).toContain('<code>a &lt; b</code>')
})

test('a line break stays a line break', () => {
  expect(html('one\ntwo')).toBe('<p dir="auto">one<br>two</p>')
})

test.each([
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<div>\n\n<b>x</b></div>',
  '# not a heading',
  '---',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  '![picture](https://example.org/x.png)',
  '[x]: https://example.org',
])('%j stays the text it is', (text) => {
  const { container } = render(<Markdown text={text} context={context} />)
  expect(container.querySelector('img, script, h1, hr, table, b, .markdown div')).toBeNull()
  expect(container.textContent?.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
})

test.each([
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:text/html,x',
  'landline://join?x',
  'http://',
])('%s is no link', (href) => {
  expect(isSafeLink(href)).toBe(false)
  expect(html(`[words](${href})`)).not.toContain('<a')
})

test('a link is opened by the main process, and the page stays', async () => {
  render(<Markdown text="see https://example.org/a?b=1&c=2" context={context} />)
  const link = screen.getByRole('link')
  const clicked = vi.fn<(prevented: boolean) => void>()
  window.addEventListener('click', (event) => clicked(event.defaultPrevented), { once: true })
  await userEvent.click(link)
  expect(openLink).toHaveBeenCalledWith('https://example.org/a?b=1&c=2')
  expect(clicked).toHaveBeenCalledWith(true)
})

test('the longest name is the one mentioned, and addresses mention nobody', () => {
  expect(mentionedIn('@Ann Lee and @Ann, not x@Ann or @Anna', context.mentions)).toEqual([
    'Ann Lee',
    'Ann',
  ])
  expect(mentionedIn('ask @C++ (bot)', context.mentions)).toEqual(['C++ (bot)'])
  expect(html('hi @Ann Lee!')).toContain('<span class="mention" data-self="true">@Ann Lee</span>')
})

test('nothing is mentioned inside code', () => {
  expect(html('`@Ann`')).not.toContain('mention')
})
