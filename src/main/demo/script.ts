/** The sample people and what they say: one morning at a field station whose uplink is down. */
export const SESSION_NAME = 'Field Station'
export const HOST = 'Mara Holm'
export const GUEST = 'Sam Adeyemi'
export const CAST = ['Priya Rao', 'Tomás Ortega', 'Nadia Kovač', 'Jun Li'] as const

export type Person = typeof HOST | typeof GUEST | (typeof CAST)[number]
/** `general` is the group everyone is in; the server makes it. */
export type RoomKey = 'general' | 'survey-north' | 'logistics' | 'night-watch'
export type DirectKey = `${Person} + ${Person}`

export const ROOMS: readonly {
  readonly key: Exclude<RoomKey, 'general'>
  readonly topic: string
  readonly without: readonly Person[]
}[] = [
  {
    key: 'survey-north',
    topic: 'Daily readings and station plan for the northern ridge',
    without: [],
  },
  { key: 'logistics', topic: 'Fuel, food, flights. Lists on Mondays.', without: [] },
  { key: 'night-watch', topic: 'Who is awake, and why', without: ['Priya Rao'] },
]

export interface Line {
  readonly in: RoomKey | DirectKey
  readonly by: Person
  readonly text: string
  /** Text of an earlier line in the same room that this one answers. */
  readonly answers?: string
  readonly reactions?: readonly (readonly [Person, string])[]
  /** The text as it was first sent, edited into `text` afterwards. */
  readonly first?: string
}

const transect =
  'Ridge transect is done up to marker 14. Wind is picking up, so we stop here for today.'
const generator =
  'Morning. Generator two is back, the uplink is still down. @Mara Holm can you take the 10:00 check-in?'

export const LINES: readonly Line[] = [
  {
    in: 'general',
    by: HOST,
    text: 'Welcome to the station. No uplink this week, so everything runs over this laptop: **write as usual**, it arrives when people are back in range.',
    reactions: [
      ['Jun Li', '👍'],
      ['Priya Rao', '👍'],
      [GUEST, '📡'],
    ],
  },
  {
    in: 'general',
    by: 'Nadia Kovač',
    text: 'Kitchen is open until 20:00. There is soup.',
    reactions: [
      ['Tomás Ortega', '🍲'],
      ['Jun Li', '🍲'],
    ],
  },
  { in: 'general', by: 'Jun Li', text: 'Coming down in ten minutes.' },
  { in: 'survey-north', by: 'Tomás Ortega', text: transect },
  {
    in: 'survey-north',
    by: 'Tomás Ortega',
    text: 'Raw readings are on the station disk, the last two columns are uncalibrated.',
  },
  {
    in: 'survey-north',
    by: 'Priya Rao',
    text: 'Got it. I rerun the baseline with:\n\n```\ncalibrate --station north --from 11-18 --window 6h\n```',
    reactions: [
      [HOST, '👍'],
      ['Tomás Ortega', '👍'],
      [GUEST, '👍'],
      ['Nadia Kovač', '🎉'],
    ],
  },
  {
    in: 'survey-north',
    by: 'Tomás Ortega',
    text: 'Use `12h` for the two western stations, they drift at night.',
  },
  {
    in: 'survey-north',
    by: 'Priya Rao',
    text: 'Done, the residual drops from 0.41 to 0.17.',
    first: 'Done, the residual drops from 0.41 to 0.71.',
    reactions: [
      [GUEST, '🚀'],
      ['Tomás Ortega', '🚀'],
    ],
  },
  {
    in: 'survey-north',
    by: 'Jun Li',
    text: 'Do we go out again before the weather turns?',
    answers: transect,
  },
  { in: 'survey-north', by: GUEST, text: generator },
  { in: 'survey-north', by: HOST, text: 'Yes. I take Jun with me.', answers: generator },
  { in: 'survey-north', by: HOST, text: 'Leaving at 09:30, back before noon.' },
  {
    in: 'logistics',
    by: 'Nadia Kovač',
    text: 'Fuel for **nine** days at the present rate.\n\n- generator one: half load\n- generator two: nights only\n- stove: as it is',
  },
  { in: 'logistics', by: GUEST, text: 'The plane is confirmed for Thursday if the ceiling holds.' },
  {
    in: 'logistics',
    by: 'Nadia Kovač',
    text: 'Then I need everyone’s list by Wednesday noon.',
    reactions: [
      [GUEST, '✅'],
      ['Jun Li', '✅'],
    ],
  },
  { in: 'night-watch', by: 'Jun Li', text: '02:10, all quiet. Aurora over the ridge.' },
  {
    in: 'night-watch',
    by: 'Tomás Ortega',
    text: 'Woke up for it. Worth it.',
    reactions: [['Jun Li', '🌌']],
  },
  { in: 'night-watch', by: 'Nadia Kovač', text: '04:30, wind from the west, 14 knots.' },
  {
    in: 'Nadia Kovač + Mara Holm',
    by: 'Nadia Kovač',
    text: 'Can you bring the spare regulator from the shed when you pass?',
  },
  { in: 'Nadia Kovač + Mara Holm', by: HOST, text: 'Will do. Left shelf?' },
  { in: 'Nadia Kovač + Mara Holm', by: 'Nadia Kovač', text: 'Left shelf, behind the rope.' },
  {
    in: 'Tomás Ortega + Sam Adeyemi',
    by: 'Tomás Ortega',
    text: 'Are you up for the western stations tomorrow?',
  },
]

/** What somebody says now and then, so that the rooms stay alive while one looks around. */
export const CHATTER: readonly {
  readonly in: RoomKey
  readonly by: Person
  readonly text: string
}[] = [
  { in: 'survey-north', by: 'Tomás Ortega', text: 'Marker 9 reads 0.3 higher than yesterday.' },
  { in: 'general', by: 'Nadia Kovač', text: 'Bread in half an hour.' },
  { in: 'survey-north', by: 'Priya Rao', text: 'Rerunning marker 9 with the new window.' },
  { in: 'logistics', by: 'Jun Li', text: 'Two empty drums are back at the strip.' },
  { in: 'general', by: 'Jun Li', text: 'Anyone seen the blue headlamp?' },
  { in: 'night-watch', by: 'Nadia Kovač', text: 'I take the first watch tonight.' },
  { in: 'survey-north', by: 'Priya Rao', text: 'Marker 9 was a loose clamp. Readings are fine.' },
  { in: 'general', by: 'Tomás Ortega', text: 'Headlamp is in the boot room.' },
  { in: 'logistics', by: 'Nadia Kovač', text: 'List so far: clamps, tea, batteries, onions.' },
]

/** Answers of the sample people to a direct message. */
export const ANSWERS: readonly string[] = [
  'Got it.',
  'Give me ten minutes.',
  'Good question. I look it up and come back to you.',
  'Yes, that works for me.',
]
