import type { MessageView, NoticeView, TimelineItem } from '../../client/views.ts'
import { memberId, messageId } from './sample-people.ts'

const DAY = 86_400_000

/** A local time of day, `daysAgo` days back. */
export function timeOf(daysAgo: number, hour: number, minute: number): number {
  const date = new Date(Date.now() - daysAgo * DAY)
  date.setHours(hour, minute, 0, 0)
  return date.getTime()
}

export function message(
  seq: number,
  author: number,
  at: number,
  text: string,
  more: Partial<MessageView> = {},
): MessageView {
  return {
    type: 'message',
    id: messageId(seq),
    seq,
    order: seq,
    author: memberId(author),
    at,
    text,
    edited: false,
    deleted: false,
    reactions: [],
    state: { kind: 'sent' },
    ...more,
  }
}

export function notice(seq: number, at: number, event: NoticeView['event']): NoticeView {
  return { type: 'notice', id: messageId(seq), seq, order: seq, at, event }
}

const created = notice(1, timeOf(2, 9, 2), {
  seq: 1,
  at: timeOf(2, 9, 2),
  actor: memberId(3),
  id: messageId(1),
  type: 'room.created',
  kind: 'group',
  name: 'survey-north',
  topic: '',
  visibility: 'public',
})

export const CHAT: readonly TimelineItem[] = [
  created,
  message(
    2,
    2,
    timeOf(2, 16, 41),
    'Ridge transect is done up to marker 14. Wind is picking up, so we stop here for today.',
  ),
  message(
    3,
    2,
    timeOf(2, 16, 42),
    'Raw readings are attached, the last two columns are *uncalibrated*.',
  ),
  message(
    4,
    3,
    timeOf(2, 16, 55),
    'Got it. I rerun the baseline with:\n\n```\ncalibrate --station north --from 11-18 --window 6h\n```',
    {
      reactions: [
        { emoji: '👍', memberIds: [memberId(0), memberId(1), memberId(2), memberId(4)] },
        { emoji: '🎉', memberIds: [memberId(5)] },
      ],
    },
  ),
  message(5, 2, timeOf(1, 17, 2), 'Use 12h for the two western stations, they drift at night.', {
    replyTo: messageId(4),
  }),
  message(6, 5, timeOf(1, 17, 8), '', { deleted: true }),
  message(
    7,
    4,
    timeOf(0, 8, 4),
    'Morning. Generator two is back, the uplink is still down. @Mara Holm can you take the 10:00 check-in?',
  ),
  message(8, 0, timeOf(0, 8, 9), 'Yes. I take Jun with me.'),
  message(9, 0, timeOf(0, 8, 10), 'Leaving at 09:30, back before noon.', { edited: true }),
]

export const ODD: readonly TimelineItem[] = [
  created,
  message(
    2,
    9,
    timeOf(1, 9, 0),
    `An unbroken string: ${'abcdefghij'.repeat(40)} and https://example.org/${'very-long-path/'.repeat(20)}`,
  ),
  message(
    3,
    7,
    timeOf(1, 9, 1),
    'صباح الخير، المولد الثاني يعمل الآن. رابط: https://example.org ورقم 42.',
  ),
  message(
    4,
    8,
    timeOf(1, 9, 2),
    '北側の尾根の測定が終わりました。明日は西側の二つの観測所を確認します。',
  ),
  message(
    5,
    3,
    timeOf(1, 9, 3),
    '**Bold**, *italic*, ~~gone~~, `code`, [a link](https://example.org), <b>not html</b>, [bad](javascript:alert(1))\n\n- one\n- two\n  - nested\n\n1. first\n2. second\n\n> quoted words\n> of somebody\n\n# not a heading\n\n| a | b |\n|---|---|',
  ),
  message(
    6,
    3,
    timeOf(1, 9, 4),
    `\`\`\`\n${'a very long line of code that does not wrap '.repeat(8)}\nfn main() {\n\tprintln!("hi");\n}\n\`\`\``,
  ),
  message(7, 4, timeOf(0, 9, 4), 'line\n'.repeat(14)),
  message(8, 0, timeOf(0, 9, 5), 'The edit of this one was refused.', {
    change: {
      kind: 'failed',
      code: 'not-allowed',
      message: 'the message is too old to edit.',
      operation: 'edit',
      operationId: messageId(900),
    },
  }),
  {
    ...message(9, 0, timeOf(0, 9, 6), 'I was removed from this room before this arrived.'),
    seq: null,
    order: 1_000_000,
    state: {
      kind: 'failed',
      code: 'not-a-member',
      message: 'You are no longer a member of this room.',
    },
  },
]

export function many(count: number): readonly TimelineItem[] {
  const words = ['station', 'ridge', 'marker', 'uplink', 'baseline', 'drift', 'readings', 'north']
  const start = Date.now() - count * 90_000
  return Array.from({ length: count }, (_, index) => {
    const length = 3 + ((index * 7) % 30)
    const text = Array.from({ length }, (__, at) => words[(index + at * 3) % words.length]).join(
      ' ',
    )
    return message(index + 1, (index >> 2) % 6, start + index * 90_000, `${index + 1}: ${text}`)
  })
}
